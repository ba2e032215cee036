/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-call-stats.h"
#include "gateway/call/mcp-call.h"
#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/**
 * McpRunningCalls:
 *
 * Finds out which server a call is meant for, and makes it. Main context only.
 */
#define MCP_TYPE_RUNNING_CALLS (mcp_running_calls_get_type ())
G_DECLARE_FINAL_TYPE (McpRunningCalls, mcp_running_calls, MCP, RUNNING_CALLS, GObject)

/**
 * McpRunningCallsFunc:
 * @call: a call that runs
 * @since_us: when it started, monotonic
 */
typedef void (*McpRunningCallsFunc) (McpCall *call, gint64 since_us, gpointer user_data);

McpRunningCalls *mcp_running_calls_new (McpProviderPool *pool, McpCatalogue *catalogue);
McpCatalogue *mcp_running_calls_get_catalogue (McpRunningCalls *self);
void mcp_running_calls_set_history (McpRunningCalls *self, McpCallHistory *history);
McpCallHistory *mcp_running_calls_get_history (McpRunningCalls *self);
const McpCallStats *mcp_running_calls_get_stats (McpRunningCalls *self);
guint mcp_running_calls_get_n (McpRunningCalls *self);
void
mcp_running_calls_foreach (McpRunningCalls *self, McpRunningCallsFunc func, gpointer user_data);
guint mcp_running_calls_choose_timeout (McpRunningCalls *self, McpServerConfig *config);
void mcp_running_calls_set_max_seconds (McpRunningCalls *self, guint max_seconds);
void mcp_running_calls_set_timeout (McpRunningCalls *self, guint timeout_ms);
McpCall *mcp_running_calls_new_call (McpRunningCalls *self,
                                     McpSession *session,
                                     const McpCallFields *fields);
void mcp_running_calls_run_async (McpRunningCalls *self,
                                  McpCall *call,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
McpJsonrpcMessage *
mcp_running_calls_run_finish (McpRunningCalls *self, GAsyncResult *result, GError **error);

G_END_DECLS
