/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue-views.h"
#include "gateway/catalogue/mcp-list-builder.h"
#include "gateway/catalogue/mcp-view-changes.h"

G_BEGIN_DECLS

/**
 * McpCurrentViews:
 *
 * The views that clients see at the moment, and the lists made from them. When something changes, a
 * thread builds other views, which then replace these; clients see these until then. Main context
 * only.
 */
typedef struct _McpCurrentViews McpCurrentViews;

/**
 * McpCurrentViewsFuncs:
 * @collect: (transfer full): what views are made from, as it is now
 * @replaced: the views are others; @changes: what clients see to be different
 *
 * What the owner gives.
 */
typedef struct
{
  McpCatalogueSources *(*collect) (GObject *owner);
  void (*replaced) (McpViewChanges *changes, GObject *owner);
} McpCurrentViewsFuncs;

McpCurrentViews *mcp_current_views_new (const McpCurrentViewsFuncs *funcs, GObject *owner);
void mcp_current_views_free (McpCurrentViews *self);
void mcp_current_views_rebuild (McpCurrentViews *self);
gboolean mcp_current_views_is_building (McpCurrentViews *self);
McpCatalogueViews *mcp_current_views_get (McpCurrentViews *self);
McpListBuilder *mcp_current_views_get_lists (McpCurrentViews *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCurrentViews, mcp_current_views_free)

G_END_DECLS
