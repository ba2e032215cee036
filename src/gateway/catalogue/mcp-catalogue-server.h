/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-lister.h"
#include "gateway/catalogue/mcp-listing-cache.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/**
 * McpCatalogueServer:
 *
 * What is known of one server's tools, prompts and resources, and how that becomes known: from
 * the cache, or by one listing at a time, with a pause after a failure. Main context only.
 *
 * Signals:
 *   listed (guint changed): a part of a listing is there, or a listing has ended, well or
 *     badly; @changed says which #McpItemKinds are not what they were
 */
#define MCP_TYPE_CATALOGUE_SERVER (mcp_catalogue_server_get_type ())
G_DECLARE_FINAL_TYPE (McpCatalogueServer, mcp_catalogue_server, MCP, CATALOGUE_SERVER, GObject)

McpCatalogueServer *
mcp_catalogue_server_new (McpProviderPool *pool, McpServerConfig *config, McpListingCache *cache);
void mcp_catalogue_server_set_bounds (McpCatalogueServer *self,
                                      gsize max_bytes,
                                      guint max_items,
                                      guint timeout_ms);
const McpListing *mcp_catalogue_server_get_listing (McpCatalogueServer *self);
GPtrArray *mcp_catalogue_server_get_notes (McpCatalogueServer *self);
gboolean mcp_catalogue_server_is_listing (McpCatalogueServer *self);
gboolean mcp_catalogue_server_is_awaited (McpCatalogueServer *self,
                                          McpItemKinds kinds,
                                          gboolean past_refresh);
void mcp_catalogue_server_give_up (McpCatalogueServer *self, McpItemKinds kinds);
void mcp_catalogue_server_renew (McpCatalogueServer *self);
void mcp_catalogue_server_list (McpCatalogueServer *self, McpSession *session);
void
mcp_catalogue_server_refresh (McpCatalogueServer *self, McpProvider *provider, McpItemKinds kinds);
void mcp_catalogue_server_close (McpCatalogueServer *self);
void mcp_catalogue_server_forget (McpCatalogueServer *self);

G_END_DECLS
