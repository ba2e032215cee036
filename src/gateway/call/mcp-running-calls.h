/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-call-stats.h"
#include "gateway/call/mcp-call.h"

G_BEGIN_DECLS

/**
 * McpRunningCalls:
 *
 * The register of tool calls: it numbers them, keeps those that run, counts how they ended, and
 * knows how long they may take. Main context only.
 *
 * Signals:
 *   call-ended (McpCall *call): a call that has run has ended
 */
#define MCP_TYPE_RUNNING_CALLS (mcp_running_calls_get_type ())
G_DECLARE_FINAL_TYPE (McpRunningCalls, mcp_running_calls, MCP, RUNNING_CALLS, GObject)

/**
 * McpRunningCallsFunc:
 * @call: a call that runs
 */
typedef void (*McpRunningCallsFunc) (McpCall *call, gpointer user_data);

McpRunningCalls *mcp_running_calls_new (McpProviderPool *pool);
McpCall *mcp_running_calls_begin (McpRunningCalls *self,
                                  McpClient *client,
                                  const char *name,
                                  GVariant *token,
                                  GCancellable *cancellable,
                                  GError **error);
void mcp_running_calls_run (McpRunningCalls *self,
                            McpCall *call,
                            McpTarget *target,
                            McpParams *params,
                            guint timeout_ms,
                            const McpRelayFuncs *funcs,
                            gpointer user_data);
gboolean mcp_running_calls_cancel (McpRunningCalls *self, const char *call_id);
void mcp_running_calls_stop (McpRunningCalls *self);
void mcp_running_calls_release (McpRunningCalls *self);
gboolean mcp_running_calls_is_stopped (McpRunningCalls *self);
void mcp_running_calls_set_history (McpRunningCalls *self, McpCallHistory *history);
void mcp_running_calls_set_desk (McpRunningCalls *self, McpConsentDesk *desk);
McpCallHistory *mcp_running_calls_get_history (McpRunningCalls *self);
const McpCallStats *mcp_running_calls_get_stats (McpRunningCalls *self);
guint mcp_running_calls_get_n (McpRunningCalls *self);
void
mcp_running_calls_foreach (McpRunningCalls *self, McpRunningCallsFunc func, gpointer user_data);
guint mcp_running_calls_choose_timeout (McpRunningCalls *self, McpTarget *target);
void mcp_running_calls_set_max_seconds (McpRunningCalls *self, guint max_seconds);
void mcp_running_calls_set_timeout (McpRunningCalls *self, guint timeout_ms);

G_END_DECLS
