/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/catalogue/mcp-item-view.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpCatalogue:
 *
 * Which tools, prompts and resources exist, and under which exposed name: the
 * same for all sessions but for their allowed tools. Main context only.
 *
 * Signals:
 *   changed (guint kinds): of these #McpItemKinds there are others than before
 */
#define MCP_TYPE_CATALOGUE (mcp_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (McpCatalogue, mcp_catalogue, MCP, CATALOGUE, GObject)

/**
 * McpCatalogueItem:
 * @config: (transfer none): the server that has it
 * @name: (transfer none): its own name for it
 * @json: as it is listed
 */
typedef struct
{
  McpServerConfig *config;
  const char *name;
  McpJsonSlice json;
} McpCatalogueItem;

McpCatalogue *mcp_catalogue_new (McpProviderPool *pool, const McpLimits *limits);
void mcp_catalogue_set_cache (McpCatalogue *self, const char *directory);
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
GBytes *mcp_catalogue_build_list (McpCatalogue *self,
                                  McpItemKind kind,
                                  McpSession *session,
                                  McpRevision revision);
gboolean mcp_catalogue_find (McpCatalogue *self,
                             McpItemKind kind,
                             McpSession *session,
                             const char *exposed,
                             McpCatalogueItem *found);
McpServerConfig *mcp_catalogue_find_resource (McpCatalogue *self, const char *uri);
gboolean mcp_catalogue_load_prints (McpCatalogue *self, const char *path, GError **error);
char *mcp_catalogue_build_held (McpCatalogue *self, const char *server_name);
gboolean mcp_catalogue_accept (McpCatalogue *self, const char *server_name);
McpServerConfig *mcp_catalogue_find_held (McpCatalogue *self, const char *exposed);
McpServerConfig *mcp_catalogue_find_unlisted (McpCatalogue *self, const char *exposed);
GPtrArray *mcp_catalogue_get_configs (McpCatalogue *self);
guint mcp_catalogue_count_tools (McpCatalogue *self, const char *server_name);
void mcp_catalogue_close (McpCatalogue *self);

G_END_DECLS
