/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/servers/mcp-provider-lease.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpRelay:
 *
 * One request of a client on its way to a server and back, whatever revisions
 * the two speak: a server that answers by wanting input first is asked again
 * once that is there, a tool that runs as a task is followed to its result.
 * Main context only.
 *
 * Signals, none after the end:
 *   progress (McpJsonSlice *params): of a notifications/progress, the provider's own
 *     token included
 *   log (McpJsonSlice *params): of a notifications/message
 *   ask (McpAsk *): the server asks the client; a handler sees to the answer
 */
#define MCP_TYPE_RELAY (mcp_relay_get_type ())
G_DECLARE_FINAL_TYPE (McpRelay, mcp_relay, MCP, RELAY, GObject)

/**
 * McpRelayClient:
 * @capabilities: (nullable): JSON object: what the client says it can do
 * @log_level: (nullable): what it wants to hear
 * @param_headers: (nullable): name, value, …: as #McpProviderRequest has them
 * @revision: what it speaks; %MCP_REVISION_UNKNOWN: no MCP, and it cannot be asked anything
 *
 * For whom a request is made; borrowed.
 */
typedef struct
{
  const char *capabilities;
  const char *log_level;
  const char *const *param_headers;
  McpRevision revision;
} McpRelayClient;

McpRelay *mcp_relay_new (McpProviderLease *lease,
                         const char *method,
                         McpJsonSlice params,
                         const McpRelayClient *client);
void mcp_relay_set_times (McpRelay *self, guint timeout_ms, guint max_seconds);
void mcp_relay_set_as_task (McpRelay *self);
McpProvider *mcp_relay_get_provider (McpRelay *self);
void mcp_relay_run_async (McpRelay *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
McpJsonrpcMessage *mcp_relay_run_finish (McpRelay *self, GAsyncResult *result, GError **error);

G_END_DECLS
