/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-view.h"

#include "gateway/catalogue/mcp-exposed-names.h"
#include "gateway/catalogue/mcp-uri-template.h"
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-translate.h"

#include <string.h>

typedef struct
{
  guint server;
  char *name;    /* (owned): the server's own */
  char *exposed; /* (owned): a URI or a template is its own name */
  char *json;    /* (owned): as listed to clients of the newest revision */
} ExposedItem;

struct _McpItemView
{
  McpItemKind kind;
  GPtrArray *configs;     /* (owned): McpServerConfig, in the order of the configuration */
  GPtrArray *items;       /* (owned): ExposedItem, by server, then in its own order */
  GHashTable *by_exposed; /* (owned): exposed (unowned) -> ExposedItem (unowned) */
};

static void
exposed_item_free (ExposedItem *item)
{
  g_free (item->name);
  g_free (item->exposed);
  g_free (item->json);
  g_free (item);
}

static gboolean
is_named (McpItemKind kind)
{
  return kind == MCP_ITEM_TOOL || kind == MCP_ITEM_PROMPT;
}

/* Whether the configuration lets an item through, and its owner; only tools are picked. */
static gboolean
is_offered (McpItemKind kind, McpServerConfig *config, const McpItem *item, McpToolPrints *prints)
{
  return kind != MCP_ITEM_TOOL ||
         (mcp_server_config_offers (config, item->name) &&
          (prints == NULL || mcp_tool_prints_accepts (prints, config, item)));
}

static char **
offered_names (McpItemKind kind, McpServerConfig *config, McpItemList *list, McpToolPrints *prints)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < mcp_item_list_get_length (list); i++)
    {
      const McpItem *item = mcp_item_list_get (list, i);

      if (is_offered (kind, config, item, prints))
        g_ptr_array_add (names, g_strdup (item->name));
    }
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static McpExposedNames *
build_names (McpItemKind kind, GPtrArray *configs, McpItemList *const *lists, McpToolPrints *prints)
{
  g_autofree McpExposedNamesServer *servers = g_new0 (McpExposedNamesServer, configs->len + 1);
  McpExposedNames *names;

  for (guint i = 0; i < configs->len; i++)
    {
      McpServerConfig *config = g_ptr_array_index (configs, i);

      servers[i].prefix = config->prefix;
      if (lists[i] != NULL)
        servers[i].names = (const char *const *) offered_names (kind, config, lists[i], prints);
    }

  names = mcp_exposed_names_new (servers, configs->len);
  for (guint i = 0; i < configs->len; i++)
    g_strfreev ((char **) servers[i].names);
  return names;
}

/* Everything but the name stays as the server wrote it. */
static char *
rename_item (const McpItem *item, const char *exposed)
{
  g_autoptr (GString) name = NULL;

  if (strcmp (item->name, exposed) == 0)
    return g_strdup (item->json);

  name = g_string_new (NULL);
  mcp_json_append_string (name, exposed);
  return mcp_json_edit_replace_member ((McpJsonSlice){ item->json, strlen (item->json) }, "name",
                                       (McpJsonSlice){ name->str, name->len });
}

/* The first one to have a name keeps it: servers may list an item twice, and two servers the same
 * URI. */
static void
add_item (McpItemView *self, guint server, const McpItem *listed, const char *exposed)
{
  ExposedItem *item;

  if (g_hash_table_contains (self->by_exposed, exposed))
    {
      g_debug ("“%s” is listed more than once, the first counts", exposed);
      return;
    }

  item = g_new0 (ExposedItem, 1);
  item->server = server;
  item->name = g_strdup (listed->name);
  item->exposed = g_strdup (exposed);
  item->json = rename_item (listed, exposed);
  g_ptr_array_add (self->items, item);
  g_hash_table_insert (self->by_exposed, item->exposed, item);
}

static void
add_named (McpItemView *self, McpItemList *const *lists, McpToolPrints *prints)
{
  g_autoptr (McpExposedNames) names = build_names (self->kind, self->configs, lists, prints);

  for (guint i = 0; i < self->configs->len; i++)
    for (guint k = 0; lists[i] != NULL && k < mcp_item_list_get_length (lists[i]); k++)
      {
        const McpItem *item = mcp_item_list_get (lists[i], k);
        const char *exposed = mcp_exposed_names_get (names, i, item->name);

        if (exposed != NULL)
          add_item (self, i, item, exposed);
      }
}

/* URIs are identities that come back in other places: they are exposed as they are. */
static void
add_addressed (McpItemView *self, McpItemList *const *lists)
{
  for (guint i = 0; i < self->configs->len; i++)
    for (guint k = 0; lists[i] != NULL && k < mcp_item_list_get_length (lists[i]); k++)
      {
        const McpItem *item = mcp_item_list_get (lists[i], k);

        add_item (self, i, item, item->name);
      }
}

/**
 * mcp_item_view_new:
 * @kind: what is listed
 * @configs: (element-type McpServerConfig): the servers, in the order of the configuration
 * @lists: (array) (element-type McpItemList): what each lists, %NULL where not known
 * @prints: (nullable): which tools of pinned servers are there; %NULL: all
 *
 * Returns: (transfer full): the view
 */
McpItemView *
mcp_item_view_new (McpItemKind kind,
                   GPtrArray *configs,
                   McpItemList *const *lists,
                   McpToolPrints *prints)
{
  McpItemView *self = g_new0 (McpItemView, 1);

  self->kind = kind;
  self->configs = g_ptr_array_ref (configs);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) exposed_item_free);
  self->by_exposed = g_hash_table_new (g_str_hash, g_str_equal);
  if (is_named (kind))
    add_named (self, lists, prints);
  else
    add_addressed (self, lists);
  return self;
}

/**
 * mcp_item_view_free:
 * @self: (transfer full): the view
 */
void
mcp_item_view_free (McpItemView *self)
{
  g_hash_table_unref (self->by_exposed);
  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->configs);
  g_free (self);
}

/**
 * mcp_item_view_equal:
 * @a: a view
 * @b: another
 *
 * Returns: whether a client sees no difference between the two
 */
gboolean
mcp_item_view_equal (McpItemView *a, McpItemView *b)
{
  if (a->items->len != b->items->len)
    return FALSE;

  for (guint i = 0; i < a->items->len; i++)
    {
      const ExposedItem *one = g_ptr_array_index (a->items, i);
      const ExposedItem *other = g_ptr_array_index (b->items, i);

      if (strcmp (one->json, other->json) != 0)
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_item_view_find:
 * @self: the view
 * @exposed: a name or URI as a client sent it
 * @config: (out) (transfer none): the server that has the item
 * @name: (out) (transfer none): its own name for it
 * @json: (out) (optional): the item as it is listed
 *
 * Returns: whether there is such an item
 */
gboolean
mcp_item_view_find (McpItemView *self,
                    const char *exposed,
                    McpServerConfig **config,
                    const char **name,
                    McpJsonSlice *json)
{
  const ExposedItem *item = g_hash_table_lookup (self->by_exposed, exposed);

  if (item == NULL)
    return FALSE;

  *config = g_ptr_array_index (self->configs, item->server);
  *name = item->name;
  if (json != NULL)
    *json = (McpJsonSlice){ item->json, strlen (item->json) };
  return TRUE;
}

/**
 * mcp_item_view_find_template:
 * @self: a view of templates
 * @uri: of a resource
 *
 * Returns: (transfer none) (nullable): the first server with a template that fits
 */
McpServerConfig *
mcp_item_view_find_template (McpItemView *self, const char *uri)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      const ExposedItem *item = g_ptr_array_index (self->items, i);

      if (mcp_uri_template_matches (item->name, uri))
        return g_ptr_array_index (self->configs, item->server);
    }
  return NULL;
}

/**
 * mcp_item_view_find_scheme:
 * @self: a view of resources or templates
 * @uri: of a resource
 * @several: (inout): set when it is not one server only
 *
 * Returns: (transfer none) (nullable): a server that lists something of the URI's scheme
 */
McpServerConfig *
mcp_item_view_find_scheme (McpItemView *self, const char *uri, gboolean *several)
{
  const char *colon = strchr (uri, ':');
  McpServerConfig *found = NULL;

  if (colon == NULL)
    return NULL;

  for (guint i = 0; i < self->items->len; i++)
    {
      const ExposedItem *item = g_ptr_array_index (self->items, i);
      McpServerConfig *config = g_ptr_array_index (self->configs, item->server);

      if (strncmp (item->name, uri, (gsize) (colon + 1 - uri)) != 0)
        continue;
      if (found != NULL && found != config)
        *several = TRUE;
      found = config;
    }
  return found;
}

/**
 * mcp_item_view_append:
 * @self: the view
 * @out: a JSON array in the making
 * @session: for whom; its allowed tools decide
 * @revision: of the client
 *
 * Appends all items, comma-separated.
 */
void
mcp_item_view_append (McpItemView *self, GString *out, McpSession *session, McpRevision revision)
{
  const char *method = mcp_item_kind_get_facts (self->kind)->method;
  gboolean first = TRUE;

  for (guint i = 0; i < self->items->len; i++)
    {
      const ExposedItem *item = g_ptr_array_index (self->items, i);
      McpJsonSlice json = { item->json, strlen (item->json) };
      g_autofree char *translated = NULL;

      if (self->kind == MCP_ITEM_TOOL && !mcp_session_allows_tool (session, item->exposed))
        continue;
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;

      translated = mcp_translate_definition (method, json, revision);
      if (translated != NULL)
        g_string_append (out, translated);
      else
        mcp_json_append_slice (out, json);
    }
}

/**
 * mcp_item_view_count:
 * @self: the view
 * @server_name: name of a server
 *
 * Returns: how many of its items are exposed
 */
guint
mcp_item_view_count (McpItemView *self, const char *server_name)
{
  guint n_items = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      const ExposedItem *item = g_ptr_array_index (self->items, i);
      const McpServerConfig *config = g_ptr_array_index (self->configs, item->server);

      n_items += strcmp (config->name, server_name) == 0;
    }
  return n_items;
}
