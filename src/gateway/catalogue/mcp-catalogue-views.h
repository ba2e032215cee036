/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-allowed-tools.h"
#include "gateway/catalogue/mcp-item-view.h"
#include "gateway/catalogue/mcp-listing.h"
#include "gateway/catalogue/mcp-view-changes.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCatalogueViews:
 *
 * The whole catalogue at one moment: what all servers list, under exposed names, with
 * what decides who may see it. Counted by reference, immutable, any thread.
 */
typedef struct _McpCatalogueViews McpCatalogueViews;

/**
 * McpCatalogueSources:
 * @configs: (owned) (element-type McpServerConfig): the enabled servers, in order
 * @rooms: (owned): of all configured servers
 * @listings: (owned) (element-type McpListing): what each enabled server lists; %NULL entries
 * @accepted: (owned) (element-type McpToolPrints): for each pinned server; %NULL entries
 * @max_name: length of an exposed name
 *
 * What the views are made from.
 */
typedef struct
{
  GPtrArray *configs;
  McpNameRooms *rooms;
  GPtrArray *listings;
  GPtrArray *accepted;
  guint max_name;
} McpCatalogueSources;

McpCatalogueSources *
mcp_catalogue_views_sources_new (GPtrArray *configs, McpNameRooms *rooms, guint max_name);
void mcp_catalogue_views_sources_add (McpCatalogueSources *sources,
                                      const McpListing *listing,
                                      McpToolPrints *accepted);
void mcp_catalogue_views_sources_free (McpCatalogueSources *sources);

McpCatalogueViews *mcp_catalogue_views_new (const McpCatalogueSources *sources);
void mcp_catalogue_views_build_async (McpCatalogueSources *sources,
                                      McpCatalogueViews *earlier,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
McpCatalogueViews *mcp_catalogue_views_build_finish (GAsyncResult *result,
                                                     McpViewChanges **changes);
McpCatalogueViews *mcp_catalogue_views_ref (McpCatalogueViews *self);
void mcp_catalogue_views_unref (McpCatalogueViews *self);

GPtrArray *mcp_catalogue_views_get_configs (McpCatalogueViews *self);
McpItemView *mcp_catalogue_views_get (McpCatalogueViews *self, McpItemKind kind);
McpNameRooms *mcp_catalogue_views_get_rooms (McpCatalogueViews *self);

gboolean mcp_catalogue_views_allow (McpCatalogueViews *self,
                                    McpAllowedTools *allowed,
                                    const McpExposedItem *tool);
gboolean mcp_catalogue_views_show_server (McpCatalogueViews *self,
                                          McpAllowedTools *allowed,
                                          guint server,
                                          gsize *budget);
const char *mcp_catalogue_views_get_instructions (McpCatalogueViews *self, guint server);
const char *mcp_catalogue_views_get_server_info (McpCatalogueViews *self, guint server);
const char *mcp_catalogue_views_get_capabilities (McpCatalogueViews *self, guint server);
int mcp_catalogue_views_find_server (McpCatalogueViews *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCatalogueViews, mcp_catalogue_views_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCatalogueSources, mcp_catalogue_views_sources_free)

G_END_DECLS
