/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/catalogue/mcp-item-kind.h"
#include "gateway/catalogue/mcp-listing.h"
#include "gateway/catalogue/mcp-view-changes.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpCatalogue:
 *
 * Which tools, prompts and resources exist, and under which exposed name: the same for all
 * sessions but for their allowed tools. Main context only.
 *
 * Signals:
 *   changed (McpViewChanges *): clients see other items than they did
 *   tools-changed (McpServerConfig *, const McpToolChanges *): the tools of a server are not
 *     what they were
 */
#define MCP_TYPE_CATALOGUE (mcp_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (McpCatalogue, mcp_catalogue, MCP, CATALOGUE, GObject)

/**
 * McpCatalogueItem:
 * @config: (transfer none): the server that has the item
 * @name: (transfer none): the server's own name of the item
 * @exposed: (transfer none) (nullable): the name of a tool among those of all servers
 * @json: as the server lists it
 */
typedef struct
{
  McpServerConfig *config;
  const char *name;
  const char *exposed;
  McpJsonSlice json;
} McpCatalogueItem;

McpCatalogue *mcp_catalogue_new (McpProviderPool *pool, const McpLimits *limits);
void mcp_catalogue_set_cache (McpCatalogue *self, const char *directory);
gboolean mcp_catalogue_load_prints (McpCatalogue *self, const char *path, GError **error);
void mcp_catalogue_set_limits (McpCatalogue *self, const McpLimits *limits);
void mcp_catalogue_set_servers (McpCatalogue *self, GPtrArray *configs);
void mcp_catalogue_set_max_name (McpCatalogue *self, guint max_name);
void mcp_catalogue_set_first_wait (McpCatalogue *self, guint first_ms);
void mcp_catalogue_set_patience (McpCatalogue *self, guint first_ms, guint refresh_ms);
void mcp_catalogue_close (McpCatalogue *self);

void mcp_catalogue_prepare_async (McpCatalogue *self,
                                  McpClient *client,
                                  const char *exposed,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mcp_catalogue_prepare_finish (McpCatalogue *self, GAsyncResult *result, GError **error);
void mcp_catalogue_meet_async (McpCatalogue *self,
                               McpClient *client,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *mcp_catalogue_list_now (McpCatalogue *self, McpItemKind kind, McpClient *client);
void mcp_catalogue_list_async (McpCatalogue *self,
                               McpItemKind kind,
                               McpClient *client,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
GBytes *mcp_catalogue_list_finish (McpCatalogue *self, GAsyncResult *result, GError **error);

gboolean mcp_catalogue_find (McpCatalogue *self,
                             McpItemKind kind,
                             McpClient *client,
                             const char *name,
                             McpCatalogueItem *found);
gboolean mcp_catalogue_find_resource (McpCatalogue *self,
                                      McpClient *client,
                                      const char *uri,
                                      McpCatalogueItem *found);
gboolean mcp_catalogue_may_have (McpCatalogue *self, McpClient *client, const char *name);
McpServerConfig *mcp_catalogue_find_held (McpCatalogue *self, McpClient *client, const char *name);
McpServerConfig *
mcp_catalogue_find_unlisted (McpCatalogue *self, McpClient *client, const char *name);
McpServerConfig *mcp_catalogue_find_server (McpCatalogue *self, const char *name);
McpProviderPool *mcp_catalogue_get_pool (McpCatalogue *self);

GPtrArray *mcp_catalogue_get_configs (McpCatalogue *self);
guint mcp_catalogue_count_tools (McpCatalogue *self, const char *server_name);
GPtrArray *mcp_catalogue_get_notes (McpCatalogue *self, const char *server_name);
char *mcp_catalogue_build_instructions (McpCatalogue *self, McpClient *client);
const char *mcp_catalogue_get_server_info (McpCatalogue *self, McpClient *client);
const char *mcp_catalogue_get_capabilities (McpCatalogue *self, McpClient *client);
char *mcp_catalogue_build_held (McpCatalogue *self, const char *server_name);
gboolean mcp_catalogue_accept (McpCatalogue *self, const char *server_name);
void mcp_catalogue_list_server (McpCatalogue *self, const char *server_name, McpSession *session);
gboolean mcp_catalogue_renew (McpCatalogue *self, const char *server_name);

G_END_DECLS
