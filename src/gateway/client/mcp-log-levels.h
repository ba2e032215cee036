/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-client.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/**
 * McpLogLevels:
 *
 * The log levels that clients want to hear, and the levels that servers are set to: each server
 * gets the lowest level that a client of it wants. Main context only.
 */
#define MCP_TYPE_LOG_LEVELS (mcp_log_levels_get_type ())
G_DECLARE_FINAL_TYPE (McpLogLevels, mcp_log_levels, MCP, LOG_LEVELS, GObject)

gboolean mcp_log_levels_is_known (const char *level);
gboolean mcp_log_levels_passes (const char *least, McpJsonSlice params);

char *mcp_log_levels_name_logger (McpJsonSlice params, McpServerConfig *server);

McpLogLevels *mcp_log_levels_new (McpProviderPool *pool);
void mcp_log_levels_set (McpLogLevels *self, gpointer owner, McpClient *client, const char *level);
void mcp_log_levels_forget (McpLogLevels *self, gpointer owner);
void mcp_log_levels_apply_async (McpLogLevels *self,
                                 McpSession *session,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean mcp_log_levels_apply_finish (McpLogLevels *self, GAsyncResult *result, GError **error);

G_END_DECLS
