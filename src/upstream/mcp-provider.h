/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-jsonrpc.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpProvider:
 *
 * A connection to one upstream MCP server, whatever carries it. It starts at
 * its first request, negotiates, mints its own request ids and progress tokens,
 * and says what comes back. Main context only.
 *
 * Signals:
 *   notification (McpJsonrpcMessage *): one that belongs to no request in flight
 *   request (McpJsonrpcMessage *): the server asks; answered by mcp_provider_respond()
 *   notify::state
 */
#define MCP_TYPE_PROVIDER (mcp_provider_get_type ())
G_DECLARE_INTERFACE (McpProvider, mcp_provider, MCP, PROVIDER, GObject)

typedef enum
{
  MCP_PROVIDER_STOPPED, /* not started yet, or ended; the next request starts it */
  MCP_PROVIDER_STARTING,
  MCP_PROVIDER_READY,
  MCP_PROVIDER_CLOSING,
} McpProviderState;

/**
 * McpProviderProgressFunc:
 * @params: the params of a notifications/progress, with the provider's own token
 *
 * Always called before the request that it belongs to is finished.
 */
typedef void (*McpProviderProgressFunc) (McpProvider *self,
                                         McpJsonSlice params,
                                         gpointer user_data);

/**
 * McpProviderRequest:
 * @method: JSON-RPC method
 * @params: (nullable): a JSON object as sent by the client; its progress token is replaced
 * @timeout_ms: without an answer or progress; 0: the provider's default
 * @progress: (nullable): given: a progress token is minted and sent
 *
 * One request to the upstream server; borrowed until the call returns.
 */
typedef struct
{
  const char *method;
  const char *params;
  guint timeout_ms;
  McpProviderProgressFunc progress;
  gpointer progress_data;
} McpProviderRequest;

struct _McpProviderInterface
{
  GTypeInterface parent_iface;

  void (*request_async) (McpProvider *self,
                         const McpProviderRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  McpJsonrpcMessage *(*request_finish) (McpProvider *self, GAsyncResult *result, GError **error);
  void (*notify) (McpProvider *self, const char *method, const char *params);
  void (*respond) (McpProvider *self, GBytes *response);
  void (*close_async) (McpProvider *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*close_finish) (McpProvider *self, GAsyncResult *result, GError **error);
  McpProviderState (*get_state) (McpProvider *self);
  const char *(*get_name) (McpProvider *self);
};

void mcp_provider_request_async (McpProvider *self,
                                 const McpProviderRequest *request,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
McpJsonrpcMessage *
mcp_provider_request_finish (McpProvider *self, GAsyncResult *result, GError **error);
void mcp_provider_notify (McpProvider *self, const char *method, const char *params);
void mcp_provider_respond (McpProvider *self, GBytes *response);
void mcp_provider_close_async (McpProvider *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mcp_provider_close_finish (McpProvider *self, GAsyncResult *result, GError **error);
McpProviderState mcp_provider_get_state (McpProvider *self);
const char *mcp_provider_get_name (McpProvider *self);

G_END_DECLS
