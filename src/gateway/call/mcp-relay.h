/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-process.h"
#include "gateway/call/mcp-ask.h"
#include "gateway/call/mcp-progress-report.h"
#include "gateway/call/mcp-server-answer.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-target.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "protocol/mcp-params.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpRelayFuncs:
 * @progress: the server reports progress
 * @tell: why the server takes so long: a line for the person who waits, without control characters
 * @log: the server logs; @params are those of a notifications/message
 * @ask: the server asks the client something; the function sees to it that @ask is answered
 * @done: the server has answered with a result or an error of its own, or @error says why it has
 *   not. Called once and last; both are valid during the call.
 * @find_process: (nullable): finds the process that made the request, and calls @found once, now or
 *   later. For tool calls; %NULL: it cannot be known.
 *
 * The way back from a server: what happens with a request, for whoever made it. All arguments are
 * borrowed.
 */
typedef struct
{
  void (*progress) (const McpProgressReport *report, gpointer user_data);
  void (*tell) (const char *text, gpointer user_data);
  void (*log) (McpJsonSlice params, gpointer user_data);
  void (*ask) (McpAsk *ask, gpointer user_data);
  void (*done) (const McpServerAnswer *answer, const GError *error, gpointer user_data);
  void (*find_process) (McpProcessFoundFunc found, gpointer found_data, gpointer user_data);
} McpRelayFuncs;

/**
 * McpRelay:
 *
 * One request of a client on its way to a server and back, whatever revisions
 * the two speak: a server that answers by wanting input first is asked again
 * once the input is there, a tool that runs as a task is followed to its result.
 * Main context only.
 */
#define MCP_TYPE_RELAY (mcp_relay_get_type ())
G_DECLARE_FINAL_TYPE (McpRelay, mcp_relay, MCP, RELAY, GObject)

McpRelay *mcp_relay_new (McpClient *client,
                         McpTarget *target,
                         const char *method,
                         McpParams *params,
                         const McpRelayFuncs *funcs,
                         gpointer user_data);
void mcp_relay_set_times (McpRelay *self, guint timeout_ms, guint max_seconds);
void mcp_relay_set_call_id (McpRelay *self, const char *call_id);
void mcp_relay_run (McpRelay *self, McpProviderPool *pool, GCancellable *cancellable);

G_END_DECLS
