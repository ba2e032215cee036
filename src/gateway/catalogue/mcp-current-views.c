/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-current-views.h"

struct _McpCurrentViews
{
  const McpCurrentViewsFuncs *funcs;
  GObject *owner;           /* (unowned); a build holds a reference */
  McpCatalogueViews *views; /* (owned) */
  McpListBuilder *lists;    /* (owned): lists of @views */
  gboolean is_building;     /* views that will replace @views */
  gboolean is_dirty;        /* something has changed since that began */
};

/**
 * mcp_current_views_new:
 * @funcs: static
 * @owner: (unowned): for @funcs; kept alive while views are built
 *
 * Returns: (transfer full): views of what there is now
 */
McpCurrentViews *
mcp_current_views_new (const McpCurrentViewsFuncs *funcs, GObject *owner)
{
  McpCurrentViews *self = g_new0 (McpCurrentViews, 1);
  g_autoptr (McpCatalogueSources) sources = funcs->collect (owner);

  self->funcs = funcs;
  self->owner = owner;
  self->views = mcp_catalogue_views_new (sources);
  self->lists = mcp_list_builder_new ();
  return self;
}

/**
 * mcp_current_views_free:
 * @self: (transfer full): views that are not being built
 */
void
mcp_current_views_free (McpCurrentViews *self)
{
  mcp_catalogue_views_unref (self->views);
  g_object_unref (self->lists);
  g_free (self);
}

static void
built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpCurrentViews *self = user_data;
  g_autoptr (GObject) owner = self->owner; /* taken by mcp_current_views_rebuild() */
  g_autoptr (McpViewChanges) changes = NULL;
  McpCatalogueViews *views = mcp_catalogue_views_build_finish (result, &changes);

  mcp_catalogue_views_unref (self->views);
  self->views = views;
  mcp_list_builder_forget (self->lists);
  self->is_building = FALSE;
  if (self->is_dirty)
    mcp_current_views_rebuild (self);
  self->funcs->replaced (changes, owner);
}

/**
 * mcp_current_views_rebuild:
 * @self: the views
 *
 * What views are made from has changed. One build runs at a time: what changes meanwhile is in the
 * next one.
 */
void
mcp_current_views_rebuild (McpCurrentViews *self)
{
  self->is_dirty = self->is_building;
  if (self->is_building)
    return;

  self->is_building = TRUE;
  g_object_ref (self->owner); /* dropped by built_cb() */
  mcp_catalogue_views_build_async (self->funcs->collect (self->owner), self->views, built_cb, self);
}

/**
 * mcp_current_views_is_building:
 * @self: the views
 *
 * Returns: whether others are about to replace them
 */
gboolean
mcp_current_views_is_building (McpCurrentViews *self)
{
  return self->is_building;
}

/**
 * mcp_current_views_get:
 * @self: the views
 *
 * Returns: (transfer none): what clients see; valid until the main loop runs again
 */
McpCatalogueViews *
mcp_current_views_get (McpCurrentViews *self)
{
  return self->views;
}

/**
 * mcp_current_views_get_lists:
 * @self: the views
 *
 * Returns: (transfer none): builds and remembers lists of mcp_current_views_get()
 */
McpListBuilder *
mcp_current_views_get_lists (McpCurrentViews *self)
{
  return self->lists;
}
