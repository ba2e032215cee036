/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-client-view.h"

#include "gateway/catalogue/mcp-exposed-names.h"
#include "gateway/catalogue/mcp-list-writer.h"
#include "gateway/catalogue/mcp-resource-finder.h"

#include <string.h>

/* How many tools of a server are looked at to find one that the session may use. */
#define SHOW_BUDGET 1000

/**
 * mcp_client_view_begin:
 * @views: the catalogue at one moment
 * @client: who looks
 *
 * Returns: what the client sees; to be ended by mcp_client_view_end()
 */
McpClientView
mcp_client_view_begin (McpCatalogueViews *views, McpClient *client)
{
  return (McpClientView){
    .views = views,
    .client = client,
    .allowed = mcp_allowed_tools_new (mcp_session_get_allowed_tools (client->session),
                                      mcp_catalogue_views_get_rooms (views)),
  };
}

/**
 * mcp_client_view_end:
 * @self: what mcp_client_view_begin() returned
 */
void
mcp_client_view_end (McpClientView *self)
{
  g_clear_pointer (&self->allowed, mcp_allowed_tools_free);
}

static gboolean
shows_server (McpClientView *self, guint server)
{
  gsize budget = SHOW_BUDGET;

  return mcp_catalogue_views_show_server (self->views, self->allowed, server, &budget);
}

/* A client of one server calls things as the server does. */
static const McpExposedItem *
find_item (McpClientView *self, McpItemView *view, const char *name)
{
  int server;

  if (self->client->server == NULL)
    return strnlen (name, MCP_EXPOSED_NAMES_MAX_LENGTH + 1) > MCP_EXPOSED_NAMES_MAX_LENGTH
               ? NULL
               : mcp_item_view_find (view, name);
  server = mcp_catalogue_views_find_server (self->views, self->client->server);
  return server >= 0 ? mcp_item_view_find_own (view, (guint) server, name) : NULL;
}

/**
 * mcp_client_view_find:
 * @self: what the client sees
 * @kind: tool or prompt
 * @name: a name as the client sent it
 *
 * What a server's own name hides is judged by its tools.
 *
 * Returns: (nullable): the item, if the client may use it; valid as long as the views
 */
const McpExposedItem *
mcp_client_view_find (McpClientView *self, McpItemKind kind, const char *name)
{
  const McpExposedItem *item = find_item (self, mcp_catalogue_views_get (self->views, kind), name);
  gboolean may_use;

  if (item == NULL)
    return NULL;
  may_use = kind == MCP_ITEM_TOOL ? mcp_catalogue_views_allow (self->views, self->allowed, item)
                                  : shows_server (self, item->server);
  return may_use ? item : NULL;
}

/* Returns: index of the only server that the client reaches; -1: it reaches all, or that one is not
 * there */
static int
find_only_server (McpClientView *self)
{
  return self->client->server != NULL
             ? mcp_catalogue_views_find_server (self->views, self->client->server)
             : -1;
}

/* Returns: the same, if the client may know of the server */
static int
find_shown_server (McpClientView *self)
{
  int server = find_only_server (self);

  return server >= 0 && shows_server (self, (guint) server) ? server : -1;
}

/**
 * mcp_client_view_find_resource:
 * @self: what the client sees
 * @uri: of a resource, or a template as it is listed
 * @own_uri: (out): the server's own URI; valid as long as the views and @uri
 *
 * By the rules of mcp_resource_finder_find(). All URIs are for the only server that a client
 * reaches.
 *
 * Returns: (transfer none) (nullable): the server that has the resource
 */
McpServerConfig *
mcp_client_view_find_resource (McpClientView *self, const char *uri, const char **own_uri)
{
  int server = find_shown_server (self);

  *own_uri = uri;
  if (self->client->server == NULL)
    return mcp_resource_finder_find (self->views, self->allowed, uri, own_uri);
  return server >= 0 ? g_ptr_array_index (mcp_catalogue_views_get_configs (self->views), server)
                     : NULL;
}

/**
 * mcp_client_view_build_instructions:
 * @self: what the client sees
 *
 * Returns: (transfer full) (nullable): what the servers say of themselves, for a model
 */
char *
mcp_client_view_build_instructions (McpClientView *self)
{
  int server = find_shown_server (self);

  if (self->client->server == NULL)
    return mcp_list_writer_build_instructions (self->views, self->allowed);
  return server >= 0 ? g_strdup (mcp_catalogue_views_get_instructions (self->views, (guint) server))
                     : NULL;
}

/**
 * mcp_client_view_get_server_info:
 * @self: what the client sees
 *
 * Returns: (transfer none) (nullable): what the client's only server calls itself, an object;
 *   %NULL as well where the client reaches all servers, or may use no tool of that one
 */
const char *
mcp_client_view_get_server_info (McpClientView *self)
{
  int server = find_shown_server (self);

  return server >= 0 ? mcp_catalogue_views_get_server_info (self->views, (guint) server) : NULL;
}

/**
 * mcp_client_view_get_capabilities:
 * @self: what the client sees
 *
 * Returns: (transfer none) (nullable): what the client's only server offers, an object; %NULL as
 *   well where the client reaches all servers, or may use no tool of that one
 */
const char *
mcp_client_view_get_capabilities (McpClientView *self)
{
  int server = find_shown_server (self);

  return server >= 0 ? mcp_catalogue_views_get_capabilities (self->views, (guint) server) : NULL;
}
