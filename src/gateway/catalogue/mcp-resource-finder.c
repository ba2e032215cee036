/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which server has a resource.
 */
#include "gateway/catalogue/mcp-resource-finder.h"

#include "gateway/catalogue/mcp-own-uri.h"
#include "gateway/catalogue/mcp-uri-template.h"

#include <string.h>

/* Steps of one search, a millisecond or two: templates beyond that are not tried. */
#define SEARCH_STEPS  1000000
/* Templates of one server that a URI is compared with. */
#define MAX_TEMPLATES 1000
/* Tools that are looked at to see whether a session may see a server. */
#define SEARCH_TOOLS  1000
/* A longer URI is nobody's unless it is listed. */
#define MAX_URI       8192

/* One search. */
typedef struct
{
  McpCatalogueViews *views;
  McpAllowedTools *allowed;
  const char *uri;
  gsize steps;
  gsize tools;
} Search;

static gboolean
may_see (Search *search, guint server)
{
  return mcp_catalogue_views_show_server (search->views, search->allowed, server, &search->tools);
}

/* A resource that is listed, or a template as it stands in the list. */
static const McpExposedItem *
find_listed (Search *search)
{
  const McpItemKind kinds[] = { MCP_ITEM_RESOURCE, MCP_ITEM_TEMPLATE };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const McpExposedItem *item =
          mcp_item_view_find (mcp_catalogue_views_get (search->views, kinds[i]), search->uri);

      if (item != NULL && may_see (search, item->server))
        return item;
    }
  return NULL;
}

static gboolean
is_among (GArray *servers, guint server)
{
  for (guint i = 0; i < servers->len; i++)
    if (g_array_index (servers, guint, i) == server)
      return TRUE;
  return FALSE;
}

static gboolean
fits (Search *search, const McpExposedItem *item, gboolean has_scheme, GArray *owners)
{
  const char *text = item->item->name;

  return mcp_uri_template_has_scheme (text) == has_scheme &&
         (owners == NULL || is_among (owners, item->server)) &&
         mcp_uri_template_matches (text, search->uri, &search->steps) &&
         may_see (search, item->server);
}

/* The first server with a template that fits; of the templates with a scheme of their own, or of
 * those without one, and of the servers @owners (%NULL: all). */
static int
find_template (Search *search, gboolean has_scheme, GArray *owners)
{
  McpItemView *templates = mcp_catalogue_views_get (search->views, MCP_ITEM_TEMPLATE);
  guint n_of_server = 0;
  guint server = G_MAXUINT;

  for (guint i = 0; i < mcp_item_view_get_length (templates) && search->steps > 0; i++)
    {
      const McpExposedItem *item = mcp_item_view_get (templates, i);

      n_of_server = item->server == server ? n_of_server + 1 : 1;
      server = item->server;
      if (n_of_server <= MAX_TEMPLATES && fits (search, item, has_scheme, owners))
        return (int) server;
    }
  return -1;
}

/* Whose scheme the URI has: the servers that list a resource or a template of the scheme. */
static GArray *
collect_owners (Search *search)
{
  const McpItemKind kinds[] = { MCP_ITEM_RESOURCE, MCP_ITEM_TEMPLATE };
  GArray *owners = g_array_new (FALSE, FALSE, sizeof (guint));

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GArray *some =
          mcp_item_view_get_owners (mcp_catalogue_views_get (search->views, kinds[i]), search->uri);

      for (guint k = 0; some != NULL && k < some->len; k++)
        if (!is_among (owners, g_array_index (some, guint, k)))
          g_array_append_val (owners, g_array_index (some, guint, k));
    }
  return owners;
}

/* The only server that the session sees. */
static int
find_sole (Search *search)
{
  int found = -1;

  for (guint i = 0; i < mcp_catalogue_views_get_configs (search->views)->len; i++)
    if (may_see (search, i))
      {
        if (found >= 0)
          return -1;
        found = (int) i;
      }
  return found;
}

static int
find_sole_owner (Search *search, GArray *owners)
{
  int found = -1;

  for (guint i = 0; i < owners->len; i++)
    if (may_see (search, g_array_index (owners, guint, i)))
      {
        if (found >= 0)
          return -1;
        found = (int) g_array_index (owners, guint, i);
      }
  return found;
}

static int
find_unlisted (Search *search)
{
  int server = find_template (search, TRUE, NULL);
  g_autoptr (GArray) owners = NULL;

  if (server >= 0)
    return server;
  owners = collect_owners (search);
  if (owners->len > 0)
    {
      server = find_sole_owner (search, owners);
      return server >= 0 ? server : find_template (search, FALSE, owners);
    }
  server = find_template (search, FALSE, NULL);
  return server >= 0 ? server : find_sole (search);
}

/* A URI that names its server is for this one alone. */
static gboolean
find_named (Search *search, const char **own, int *server)
{
  GPtrArray *configs = mcp_catalogue_views_get_configs (search->views);
  g_autofree char *name = NULL;

  if (!mcp_own_uri_split (search->uri, &name, own))
    return FALSE;

  *server = -1;
  for (guint i = 0; i < configs->len && *server < 0; i++)
    if (strcmp (((McpServerConfig *) g_ptr_array_index (configs, i))->name, name) == 0 &&
        may_see (search, i))
      *server = (int) i;
  return TRUE;
}

/**
 * mcp_resource_finder_find:
 * @views: the catalogue
 * @allowed: the rules of a session, made for the rooms of these views
 * @uri: of a resource, or a template as it is listed
 * @own: (out): the server's own URI of the resource; valid as long as @uri and the views
 *
 * Finds the server that has a resource, among those that the session sees:
 *
 * 1. the server that lists the resource, or the template as it stands;
 * 2. the server that the URI names (“sessiond://SERVER/…”);
 * 3. the first server with a template of the same scheme that fits;
 * 4. the only server that lists something of the same scheme; of several, one with a template
 *    without a scheme that fits;
 * 5. where the scheme is nobody's: the first server with a template without a scheme that fits,
 *    else the only server there is.
 *
 * Returns: (transfer none) (nullable): the server; valid as long as the views
 */
McpServerConfig *
mcp_resource_finder_find (McpCatalogueViews *views,
                          McpAllowedTools *allowed,
                          const char *uri,
                          const char **own)
{
  GPtrArray *configs = mcp_catalogue_views_get_configs (views);
  Search search = { views, allowed, uri, SEARCH_STEPS, SEARCH_TOOLS };
  const McpExposedItem *listed = find_listed (&search);
  int server;

  *own = uri;
  if (listed != NULL)
    {
      *own = listed->item->name;
      return g_ptr_array_index (configs, listed->server);
    }
  if (strlen (uri) > MAX_URI)
    return NULL;

  if (!find_named (&search, own, &server))
    server = find_unlisted (&search);
  return server >= 0 ? g_ptr_array_index (configs, server) : NULL;
}
