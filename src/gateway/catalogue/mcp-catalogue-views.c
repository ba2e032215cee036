/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-catalogue-views.h"

#include "gateway/catalogue/mcp-exposed-names.h"
#include <string.h>

/* What a server says of itself. */
typedef struct
{
  char *instructions; /* (owned) (nullable) */
  char *server_info;  /* (owned) (nullable) */
  char *capabilities; /* (owned) (nullable) */
} Said;

struct _McpCatalogueViews
{
  gatomicrefcount ref_count;

  GPtrArray *configs;                   /* (owned): McpServerConfig */
  McpNameRooms *rooms;                  /* (owned) */
  const char **own_rooms;               /* (owned): by server (unowned) */
  Said *said;                           /* (owned): by server */
  McpItemView *views[MCP_N_ITEM_KINDS]; /* (owned) */
  guint *first_tool; /* (owned): by server: index of its first tool, and the end */
};

/**
 * mcp_catalogue_views_sources_new:
 * @configs: (element-type McpServerConfig): the enabled servers, in order; not changed any more
 * @rooms: of all configured servers
 * @max_name: length of an exposed name
 *
 * Returns: (transfer full): sources; the listing of each server is to be added
 */
McpCatalogueSources *
mcp_catalogue_views_sources_new (GPtrArray *configs, McpNameRooms *rooms, guint max_name)
{
  McpCatalogueSources *sources = g_new0 (McpCatalogueSources, 1);

  sources->configs = g_ptr_array_ref (configs);
  sources->rooms = mcp_name_rooms_ref (rooms);
  sources->listings = g_ptr_array_new ();
  sources->accepted = g_ptr_array_new ();
  sources->max_name = max_name;
  return sources;
}

/**
 * mcp_catalogue_views_sources_add:
 * @sources: the sources
 * @listing: (nullable): what the next server lists; %NULL: not known
 * @accepted: (nullable): what its tools have to match; %NULL: anything
 */
void
mcp_catalogue_views_sources_add (McpCatalogueSources *sources,
                                 const McpListing *listing,
                                 McpToolPrints *accepted)
{
  g_ptr_array_add (sources->listings, listing != NULL ? mcp_listing_copy (listing) : NULL);
  g_ptr_array_add (sources->accepted, accepted != NULL ? mcp_tool_prints_ref (accepted) : NULL);
}

/**
 * mcp_catalogue_views_sources_free:
 * @sources: (transfer full): the sources
 */
void
mcp_catalogue_views_sources_free (McpCatalogueSources *sources)
{
  for (guint i = 0; i < sources->listings->len; i++)
    {
      g_clear_pointer (&sources->listings->pdata[i], mcp_listing_free);
      g_clear_pointer (&sources->accepted->pdata[i], mcp_tool_prints_unref);
    }
  g_ptr_array_unref (sources->listings);
  g_ptr_array_unref (sources->accepted);
  g_ptr_array_unref (sources->configs);
  mcp_name_rooms_unref (sources->rooms);
  g_free (sources);
}

static McpItemView *
build_view (const McpCatalogueSources *sources, McpItemKind kind)
{
  guint n_servers = sources->configs->len;
  g_autofree McpItemList **lists = g_new0 (McpItemList *, n_servers + 1);

  for (guint i = 0; i < n_servers; i++)
    {
      const McpListing *listing = g_ptr_array_index (sources->listings, i);

      lists[i] = listing != NULL ? listing->lists[kind] : NULL;
    }
  return mcp_item_view_new (&(McpItemViewInput){
      .kind = kind,
      .configs = sources->configs,
      .lists = lists,
      .accepted = (McpToolPrints *const *) sources->accepted->pdata,
      .rooms = sources->rooms,
      .max_name = sources->max_name,
  });
}

/* What a server says of itself, unless its owner has not agreed to that yet. */
static char *
dup_instructions (const McpCatalogueSources *sources, guint server)
{
  const McpListing *listing = g_ptr_array_index (sources->listings, server);
  McpToolPrints *accepted = g_ptr_array_index (sources->accepted, server);

  if (listing == NULL || listing->instructions == NULL ||
      (accepted != NULL && !mcp_tool_prints_match_instructions (accepted, listing->instructions)))
    return NULL;
  return g_strdup (listing->instructions);
}

static void
take_said (Said *said, const McpCatalogueSources *sources, guint server)
{
  const McpListing *listing = g_ptr_array_index (sources->listings, server);

  said->instructions = dup_instructions (sources, server);
  if (listing == NULL)
    return;
  said->server_info = g_strdup (listing->server_info);
  said->capabilities = g_strdup (listing->capabilities);
}

static void
said_clear (Said *said)
{
  g_free (said->instructions);
  g_free (said->server_info);
  g_free (said->capabilities);
}

/* The tools lie by server: where those of each begin. */
static void
index_tools (McpCatalogueViews *self)
{
  McpItemView *tools = self->views[MCP_ITEM_TOOL];
  guint server = 0;

  for (guint i = 0; i < mcp_item_view_get_length (tools); i++)
    while (server <= mcp_item_view_get (tools, i)->server)
      self->first_tool[server++] = i;
  while (server <= self->configs->len)
    self->first_tool[server++] = mcp_item_view_get_length (tools);
}

/**
 * mcp_catalogue_views_new:
 * @sources: with a listing for each server
 *
 * Returns: (transfer full): the views
 */
McpCatalogueViews *
mcp_catalogue_views_new (const McpCatalogueSources *sources)
{
  McpCatalogueViews *self = g_new0 (McpCatalogueViews, 1);
  guint n_servers = sources->configs->len;

  g_atomic_ref_count_init (&self->ref_count);
  self->configs = g_ptr_array_ref (sources->configs);
  self->rooms = mcp_name_rooms_ref (sources->rooms);
  self->own_rooms = g_new0 (const char *, n_servers + 1);
  self->said = g_new0 (Said, n_servers + 1);
  self->first_tool = g_new0 (guint, n_servers + 1);
  for (guint i = 0; i < n_servers; i++)
    {
      McpServerConfig *config = g_ptr_array_index (self->configs, i);

      self->own_rooms[i] = mcp_name_rooms_get (self->rooms, config->prefix);
      take_said (&self->said[i], sources, i);
    }
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    self->views[kind] = build_view (sources, kind);
  index_tools (self);
  return self;
}

/**
 * mcp_catalogue_views_ref:
 * @self: the views
 *
 * Returns: (transfer full): @self
 */
McpCatalogueViews *
mcp_catalogue_views_ref (McpCatalogueViews *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_catalogue_views_unref:
 * @self: (transfer full): the views
 */
void
mcp_catalogue_views_unref (McpCatalogueViews *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    mcp_item_view_unref (self->views[kind]);
  for (guint i = 0; i < self->configs->len; i++)
    said_clear (&self->said[i]);
  g_free (self->said);
  g_free (self->own_rooms);
  g_free (self->first_tool);
  mcp_name_rooms_unref (self->rooms);
  g_ptr_array_unref (self->configs);
  g_free (self);
}

typedef struct
{
  McpCatalogueSources *sources; /* (owned) */
  McpCatalogueViews *earlier;   /* (owned) */
  McpViewChanges *changes;      /* (owned) (nullable) */
} Build;

static void
build_free (gpointer data)
{
  Build *build = data;

  mcp_catalogue_views_sources_free (build->sources);
  mcp_catalogue_views_unref (build->earlier);
  g_clear_pointer (&build->changes, mcp_view_changes_free);
  g_free (build);
}

static void
build_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Build *build = task_data;
  McpCatalogueViews *views = mcp_catalogue_views_new (build->sources);

  build->changes = mcp_view_changes_new ();
  for (guint kind = 0; kind < MCP_N_ITEM_KINDS; kind++)
    mcp_view_changes_add (build->changes, build->earlier->views[kind], views->views[kind]);
  g_task_return_pointer (task, views, (GDestroyNotify) mcp_catalogue_views_unref);
}

/**
 * mcp_catalogue_views_build_async:
 * @sources: (transfer full): with a listing for each server
 * @earlier: to compare with
 * @callback: (scope async): when the views are there
 * @user_data: for @callback
 *
 * Builds views in a thread: with many tools that takes longer than the main context may stand.
 */
void
mcp_catalogue_views_build_async (McpCatalogueSources *sources,
                                 McpCatalogueViews *earlier,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Build *build = g_new0 (Build, 1);

  build->sources = sources;
  build->earlier = mcp_catalogue_views_ref (earlier);
  g_task_set_source_tag (task, mcp_catalogue_views_build_async);
  g_task_set_task_data (task, build, build_free);
  /* A daemon without servers needs no thread. */
  if (sources->configs->len + earlier->configs->len == 0)
    build_in_thread (task, NULL, build, NULL);
  else
    g_task_run_in_thread (task, build_in_thread);
}

/**
 * mcp_catalogue_views_build_finish:
 * @result: what the callback got
 * @changes: (out) (transfer full): what clients see to be different from the earlier views
 *
 * Returns: (transfer full): the views
 */
McpCatalogueViews *
mcp_catalogue_views_build_finish (GAsyncResult *result, McpViewChanges **changes)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, mcp_catalogue_views_build_async), NULL);

  *changes = g_steal_pointer (&((Build *) g_task_get_task_data (G_TASK (result)))->changes);
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

/**
 * mcp_catalogue_views_get_configs:
 * @self: the views
 *
 * Returns: (transfer none) (element-type McpServerConfig): the enabled servers, in order
 */
GPtrArray *
mcp_catalogue_views_get_configs (McpCatalogueViews *self)
{
  return self->configs;
}

/**
 * mcp_catalogue_views_get:
 * @self: the views
 * @kind: what is listed
 *
 * Returns: (transfer none): the view of that kind
 */
McpItemView *
mcp_catalogue_views_get (McpCatalogueViews *self, McpItemKind kind)
{
  g_return_val_if_fail (kind < MCP_N_ITEM_KINDS, NULL);

  return self->views[kind];
}

/**
 * mcp_catalogue_views_get_rooms:
 * @self: the views
 *
 * Returns: (transfer none): the rooms of all configured servers
 */
McpNameRooms *
mcp_catalogue_views_get_rooms (McpCatalogueViews *self)
{
  return self->rooms;
}

/**
 * mcp_catalogue_views_get_instructions:
 * @self: the views
 * @server: index of a server
 *
 * Returns: (transfer none) (nullable): what the server says of itself, for a model
 */
const char *
mcp_catalogue_views_get_instructions (McpCatalogueViews *self, guint server)
{
  return self->said[server].instructions;
}

/**
 * mcp_catalogue_views_get_server_info:
 * @self: the views
 * @server: index of a server
 *
 * Returns: (transfer none) (nullable): what the server calls itself, an object
 */
const char *
mcp_catalogue_views_get_server_info (McpCatalogueViews *self, guint server)
{
  return self->said[server].server_info;
}

/**
 * mcp_catalogue_views_get_capabilities:
 * @self: the views
 * @server: index of a server
 *
 * Returns: (transfer none) (nullable): what the server offers, an object
 */
const char *
mcp_catalogue_views_get_capabilities (McpCatalogueViews *self, guint server)
{
  return self->said[server].capabilities;
}

/**
 * mcp_catalogue_views_find_server:
 * @self: the views
 * @name: name of a server
 *
 * Returns: index of the server; -1: there is none
 */
int
mcp_catalogue_views_find_server (McpCatalogueViews *self, const char *name)
{
  for (guint i = 0; i < self->configs->len; i++)
    if (strcmp (((McpServerConfig *) g_ptr_array_index (self->configs, i))->name, name) == 0)
      return (int) i;
  return -1;
}

/**
 * mcp_catalogue_views_allow:
 * @self: the views
 * @allowed: the rules of a session, made for the rooms of these views
 * @tool: a tool of these views
 *
 * Returns: whether the session may list and call the tool
 */
gboolean
mcp_catalogue_views_allow (McpCatalogueViews *self,
                           McpAllowedTools *allowed,
                           const McpExposedItem *tool)
{
  const char *room = self->own_rooms[tool->server];
  g_autofree char *full = NULL;

  if (mcp_allowed_tools_allow_all (allowed))
    return TRUE;

  full = g_strconcat (room, tool->item->name, NULL);
  return mcp_allowed_tools_allow (allowed, room, tool->exposed,
                                  strcmp (full, tool->exposed) != 0 ? full : NULL);
}

/**
 * mcp_catalogue_views_show_server:
 * @self: the views
 * @allowed: the rules of a session, made for the rooms of these views
 * @server: index of a server
 * @budget: (inout): how many tools may be looked at; without any left, the room of the server
 *   decides
 *
 * A session that is allowed none of a server's tools sees nothing else of the server either.
 *
 * Returns: whether the session may see resources, prompts and instructions of the server
 */
gboolean
mcp_catalogue_views_show_server (McpCatalogueViews *self,
                                 McpAllowedTools *allowed,
                                 guint server,
                                 gsize *budget)
{
  guint first = self->first_tool[server];
  guint end = self->first_tool[server + 1];

  if (mcp_allowed_tools_allow_all (allowed))
    return TRUE;
  if (!mcp_allowed_tools_reach (allowed, self->own_rooms[server]))
    return FALSE;
  if (first == end)
    return TRUE;

  for (guint i = first; i < end; i++)
    {
      if (*budget == 0)
        return TRUE;
      (*budget)--;
      if (mcp_catalogue_views_allow (self, allowed,
                                     mcp_item_view_get (self->views[MCP_ITEM_TOOL], i)))
        return TRUE;
    }
  return FALSE;
}
