/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-call-stats.h"
#include "gateway/call/mcp-call.h"
#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/**
 * McpRouter:
 *
 * Finds out which server a call is meant for, and makes it. Main context only.
 */
#define MCP_TYPE_ROUTER (mcp_router_get_type ())
G_DECLARE_FINAL_TYPE (McpRouter, mcp_router, MCP, ROUTER, GObject)

/**
 * McpRouterRunningFunc:
 * @call: a call that runs
 * @since_us: when it started, monotonic
 */
typedef void (*McpRouterRunningFunc) (McpCall *call, gint64 since_us, gpointer user_data);

McpRouter *mcp_router_new (McpProviderPool *pool, McpCatalogue *catalogue);
McpCatalogue *mcp_router_get_catalogue (McpRouter *self);
void mcp_router_set_history (McpRouter *self, McpCallHistory *history);
McpCallHistory *mcp_router_get_history (McpRouter *self);
const McpCallStats *mcp_router_get_stats (McpRouter *self);
guint mcp_router_get_n_running (McpRouter *self);
void mcp_router_foreach_running (McpRouter *self, McpRouterRunningFunc func, gpointer user_data);
guint mcp_router_choose_timeout (McpRouter *self, McpServerConfig *config);
void mcp_router_set_max_seconds (McpRouter *self, guint max_seconds);
void mcp_router_set_timeout (McpRouter *self, guint timeout_ms);
McpCall *mcp_router_new_call (McpRouter *self, McpSession *session, const McpCallFields *fields);
void mcp_router_call_async (McpRouter *self,
                            McpCall *call,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
McpJsonrpcMessage *mcp_router_call_finish (McpRouter *self, GAsyncResult *result, GError **error);

G_END_DECLS
