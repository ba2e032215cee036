/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-limits.h"
#include "mcp-provider-pool.h"
#include "mcp-session.h"

G_BEGIN_DECLS

/**
 * McpCatalogue:
 *
 * Which tools exist, and under which exposed name: the same for all sessions
 * but for their allowed tools. Main context only.
 *
 * Signals:
 *   changed: the exposed tools are others than before
 */
#define MCP_TYPE_CATALOGUE (mcp_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (McpCatalogue, mcp_catalogue, MCP, CATALOGUE, GObject)

McpCatalogue *mcp_catalogue_new (McpProviderPool *pool, const McpLimits *limits);
void mcp_catalogue_set_limits (McpCatalogue *self, const McpLimits *limits);
void mcp_catalogue_set_servers (McpCatalogue *self, GPtrArray *configs);
void mcp_catalogue_set_patience (McpCatalogue *self, guint first_ms, guint refresh_ms);
void mcp_catalogue_prepare_async (McpCatalogue *self,
                                  McpSession *session,
                                  const char *exposed,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mcp_catalogue_prepare_finish (McpCatalogue *self, GAsyncResult *result, GError **error);
GBytes *mcp_catalogue_build_list (McpCatalogue *self, McpSession *session);
gboolean mcp_catalogue_find (McpCatalogue *self,
                             McpSession *session,
                             const char *exposed,
                             McpServerConfig **config,
                             const char **tool);
guint mcp_catalogue_count_tools (McpCatalogue *self, const char *server_name);
void mcp_catalogue_close (McpCatalogue *self);

G_END_DECLS
