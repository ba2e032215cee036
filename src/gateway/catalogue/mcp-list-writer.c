/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The catalogue as JSON for one session.
 */
#include "gateway/catalogue/mcp-list-writer.h"

#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/* Of the instructions of one server, and of all together. */
#define MAX_INSTRUCTIONS     2048
#define MAX_ALL_INSTRUCTIONS 8192

/* Which servers a session sees; a thread has the time to look at every tool. */
static gboolean *
build_shown (McpCatalogueViews *views, McpAllowedTools *allowed)
{
  gboolean *shown = g_new0 (gboolean, mcp_catalogue_views_get_configs (views)->len + 1);
  gsize budget = G_MAXSIZE;

  for (guint i = 0; i < mcp_catalogue_views_get_configs (views)->len; i++)
    shown[i] = mcp_catalogue_views_show_server (views, allowed, i, &budget);
  return shown;
}

/* Everything but the name or URI stays as it is. */
static char *
rename_item (McpItemKind kind, const McpExposedItem *item)
{
  g_autoptr (GString) name = NULL;

  if (strcmp (item->item->name, item->exposed) == 0)
    return NULL;

  name = g_string_new (NULL);
  mcp_json_append_string (name, item->exposed);
  return mcp_json_edit_replace_member (item->item->json, mcp_item_kind_get_facts (kind)->key,
                                       (McpJsonSlice){ name->str, name->len });
}

static void
append_definition (GString *out, McpItemKind kind, McpJsonSlice json, McpRevision revision)
{
  const char *method = mcp_item_kind_get_facts (kind)->method;
  g_autofree char *translated = NULL;

  if (out->str[out->len - 1] != '[')
    g_string_append_c (out, ',');
  translated = mcp_translate_definition (method, json, revision);
  if (translated != NULL)
    g_string_append (out, translated);
  else
    mcp_json_append_slice (out, json);
}

static void
append_item (GString *out, McpItemKind kind, const McpExposedItem *item, McpRevision revision)
{
  g_autofree char *renamed = rename_item (kind, item);
  McpJsonSlice json = item->item->json;

  if (renamed != NULL)
    json = (McpJsonSlice){ renamed, strlen (renamed) };
  append_definition (out, kind, json, revision);
}

static void
append_all (GString *out,
            McpCatalogueViews *views,
            McpItemKind kind,
            McpAllowedTools *allowed,
            McpRevision revision)
{
  McpItemView *view = mcp_catalogue_views_get (views, kind);
  g_autofree gboolean *shown = build_shown (views, allowed);

  for (guint i = 0; i < mcp_item_view_get_length (view); i++)
    {
      const McpExposedItem *item = mcp_item_view_get (view, i);

      if (shown[item->server] &&
          (kind != MCP_ITEM_TOOL || mcp_catalogue_views_allow (views, allowed, item)))
        append_item (out, kind, item, revision);
    }
}

/* Under its own names; a name that is there twice counts once. */
static void
append_server (GString *out,
               McpCatalogueViews *views,
               McpItemKind kind,
               guint server,
               McpAllowedTools *allowed,
               McpRevision revision)
{
  McpItemView *view = mcp_catalogue_views_get (views, kind);
  gsize budget = G_MAXSIZE;

  if (!mcp_catalogue_views_show_server (views, allowed, server, &budget))
    return;
  for (guint i = 0; i < mcp_item_view_get_length (view); i++)
    {
      const McpExposedItem *item = mcp_item_view_get (view, i);

      if (item->server == server &&
          mcp_item_view_find_own (view, server, item->item->name) == item &&
          (kind != MCP_ITEM_TOOL || mcp_catalogue_views_allow (views, allowed, item)))
        append_definition (out, kind, item->item->json, revision);
    }
}

/**
 * mcp_list_writer_build:
 * @views: the catalogue
 * @kind: what to list
 * @server: (nullable): name of the only server to list, under its own names; %NULL: all servers
 * @allowed: the rules of a session, made for the rooms of these views
 * @revision: of the client
 *
 * Takes as long as there is to list; for a thread.
 *
 * Returns: (transfer full): the result of the list's method
 */
GBytes *
mcp_list_writer_build (McpCatalogueViews *views,
                       McpItemKind kind,
                       const char *server,
                       McpAllowedTools *allowed,
                       McpRevision revision)
{
  int index = server != NULL ? mcp_catalogue_views_find_server (views, server) : -1;
  GString *out = g_string_new ("{");

  mcp_json_append_string (out, mcp_item_kind_get_facts (kind)->member);
  g_string_append (out, ":[");
  if (server == NULL)
    append_all (out, views, kind, allowed, revision);
  else if (index >= 0)
    append_server (out, views, kind, (guint) index, allowed, revision);
  g_string_append (out, "]}");
  return g_string_free_to_bytes (out);
}

/* Instructions of one server. */
typedef struct
{
  const char *name;
  const char *text;
  gsize length; /* of the part of the text that is used */
} Said;

static int
compare_length (gconstpointer a, gconstpointer b)
{
  const Said *one = a;
  const Said *other = b;

  if (one->length != other->length)
    return one->length < other->length ? -1 : 1;
  return strcmp (one->name, other->name);
}

/* The first bytes of a text, without half a character at the end. */
static gsize
cut (const char *text, gsize max_bytes)
{
  gsize length = strlen (text);

  if (length <= max_bytes)
    return length;
  return (gsize) (g_utf8_find_prev_char (text, text + max_bytes + 1) - text);
}

static GArray *
collect_said (McpCatalogueViews *views, McpAllowedTools *allowed)
{
  GPtrArray *configs = mcp_catalogue_views_get_configs (views);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Said));
  gsize budget = 1000;

  for (guint i = 0; i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);
      Said said = { config->name, mcp_catalogue_views_get_instructions (views, i), 0 };

      if (said.text == NULL || *said.text == '\0' ||
          !mcp_catalogue_views_show_server (views, allowed, i, &budget))
        continue;
      said.length = cut (said.text, MAX_INSTRUCTIONS);
      g_array_append_val (all, said);
    }
  g_array_sort (all, compare_length);
  return all;
}

/**
 * mcp_list_writer_build_instructions:
 * @views: the catalogue
 * @allowed: the rules of a session, made for the rooms of these views
 *
 * What the servers that the session sees say of themselves, each below a heading, the shortest
 * first: 2 KiB of each, 8 KiB of all.
 *
 * Returns: (transfer full) (nullable): text for a model; %NULL: no server says anything
 */
char *
mcp_list_writer_build_instructions (McpCatalogueViews *views, McpAllowedTools *allowed)
{
  g_autoptr (GArray) all = collect_said (views, allowed);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < all->len; i++)
    {
      const Said *said = &g_array_index (all, Said, i);
      g_autofree char *heading =
          g_strdup_printf ("%s# %s\n\n", out->len > 0 ? "\n\n" : "", said->name);

      if (out->len + strlen (heading) + said->length > MAX_ALL_INSTRUCTIONS)
        break;
      g_string_append (out, heading);
      g_string_append_len (out, said->text, (gssize) said->length);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
