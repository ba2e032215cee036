/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-view.h"

#include "common/mcp-keyed-hash.h"
#include "gateway/catalogue/mcp-exposed-names.h"
#include "gateway/catalogue/mcp-own-uri.h"

#include <string.h>

struct _McpItemView
{
  gatomicrefcount ref_count;

  McpItemKind kind;
  GPtrArray *configs;     /* (owned): McpServerConfig, in the order of the configuration */
  GPtrArray *lists;       /* (owned): McpItemList: the items are theirs */
  GArray *items;          /* (owned): McpExposedItem, by server, then in its own order */
  GStringChunk *texts;    /* (owned): exposed names */
  GHashTable *by_exposed; /* (owned): exposed (unowned) -> McpExposedItem (unowned) */
  GHashTable *by_own;     /* (owned): set of McpExposedItem (unowned), by server and own name */
  GHashTable *held;       /* (owned): exposed (owned) -> Held (owned) */
  GHashTable *schemes;    /* (owned): scheme (owned) -> GArray (owned) of servers (guint) */
  GHashTable *counts;     /* (owned): server name (unowned) -> number of items */
};

/* A tool that waits for its owner. */
typedef struct
{
  McpServerConfig *config; /* (unowned) */
  const char *name;        /* (unowned): the server's own */
} Held;

/* Two servers may have the same name of their own. */
static guint
hash_own (gconstpointer data)
{
  const McpExposedItem *item = data;

  return mcp_keyed_hash_str (item->item->name) + item->server;
}

static gboolean
equal_own (gconstpointer a, gconstpointer b)
{
  const McpExposedItem *one = a;
  const McpExposedItem *other = b;

  return one->server == other->server && strcmp (one->item->name, other->item->name) == 0;
}

static gboolean
is_named (McpItemKind kind)
{
  return kind == MCP_ITEM_TOOL || kind == MCP_ITEM_PROMPT;
}

/* Whether the configuration lets an item through; only tools are picked. */
static gboolean
is_offered (const McpItemViewInput *input, guint server, const McpItem *item)
{
  return input->kind != MCP_ITEM_TOOL ||
         mcp_server_config_offers (g_ptr_array_index (input->configs, server), item->name);
}

/* Whether the owner of the server has not accepted the item yet. */
static gboolean
is_held (const McpItemViewInput *input, guint server, const McpItem *item)
{
  return input->kind == MCP_ITEM_TOOL && input->accepted != NULL &&
         input->accepted[server] != NULL && !mcp_tool_prints_match (input->accepted[server], item);
}

/* The names of a server that are exposed, or would be if nothing was held back. */
static const char **
collect_names (const McpItemViewInput *input, guint server, gboolean with_held, gboolean *any_held)
{
  McpItemList *list = input->lists[server];
  guint n_items = mcp_item_list_get_length (list);
  const char **names = g_new0 (const char *, n_items + 1);
  guint n_names = 0;

  for (guint i = 0; i < n_items; i++)
    {
      const McpItem *item = mcp_item_list_get (list, i);

      if (!is_offered (input, server, item))
        continue;
      if (is_held (input, server, item))
        *any_held = TRUE;
      if (with_held || !is_held (input, server, item))
        names[n_names++] = item->name;
    }
  return names;
}

static McpExposedNames *
build_names (const McpItemViewInput *input, gboolean with_held, gboolean *any_held)
{
  guint n_servers = input->configs->len;
  g_autofree McpExposedNamesServer *servers = g_new0 (McpExposedNamesServer, n_servers + 1);
  McpExposedNames *names;

  for (guint i = 0; i < n_servers; i++)
    {
      McpServerConfig *config = g_ptr_array_index (input->configs, i);

      servers[i].prefix = config->prefix;
      servers[i].name = config->name;
      if (input->lists[i] != NULL)
        servers[i].names = collect_names (input, i, with_held, any_held);
    }

  names = mcp_exposed_names_new (servers, n_servers, input->rooms, input->max_name);
  for (guint i = 0; i < n_servers; i++)
    g_free ((gpointer) servers[i].names);
  return names;
}

static void
add_item (McpItemView *self, guint server, const McpItem *item, const char *exposed)
{
  McpExposedItem new = { server, item, g_string_chunk_insert (self->texts, exposed) };
  McpServerConfig *config = g_ptr_array_index (self->configs, server);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, config->name));

  g_array_append_val (self->items, new);
  g_hash_table_insert (self->counts, config->name, GUINT_TO_POINTER (count + 1));
}

static Held *
held_new (McpServerConfig *config, const char *name)
{
  Held *held = g_new0 (Held, 1);

  held->config = config;
  held->name = name;
  return held;
}

/* The error for a call of a tool that waits for its owner. */
static void
add_held (McpItemView *self, const McpItemViewInput *input)
{
  gboolean ignored = FALSE;
  g_autoptr (McpExposedNames) names = build_names (input, TRUE, &ignored);

  for (guint i = 0; i < self->configs->len; i++)
    for (guint k = 0; input->lists[i] != NULL && k < mcp_item_list_get_length (input->lists[i]);
         k++)
      {
        const McpItem *item = mcp_item_list_get (input->lists[i], k);
        const char *exposed = mcp_exposed_names_get (names, i, item->name);

        if (exposed != NULL && is_held (input, i, item))
          g_hash_table_insert (self->held, g_strdup (exposed),
                               held_new (g_ptr_array_index (self->configs, i), item->name));
      }
}

static void
add_named (McpItemView *self, const McpItemViewInput *input)
{
  gboolean any_held = FALSE;
  g_autoptr (McpExposedNames) names = build_names (input, FALSE, &any_held);

  for (guint i = 0; i < self->configs->len; i++)
    for (guint k = 0; input->lists[i] != NULL && k < mcp_item_list_get_length (input->lists[i]);
         k++)
      {
        const McpItem *item = mcp_item_list_get (input->lists[i], k);
        const char *exposed = mcp_exposed_names_get (names, i, item->name);

        if (exposed != NULL)
          add_item (self, i, item, exposed);
      }
  if (any_held)
    add_held (self, input);
}

/* URIs are identities that come back in other places: they are exposed as they are. Where two
 * servers have the same one, the later server is named in it. */
static void
add_addressed (McpItemView *self, const McpItemViewInput *input)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (mcp_keyed_hash_str, g_str_equal);

  for (guint i = 0; i < self->configs->len; i++)
    for (guint k = 0; input->lists[i] != NULL && k < mcp_item_list_get_length (input->lists[i]);
         k++)
      {
        const McpItem *item = mcp_item_list_get (input->lists[i], k);
        McpServerConfig *config = g_ptr_array_index (self->configs, i);
        g_autofree char *other = NULL;

        if (!g_hash_table_add (taken, (gpointer) item->name))
          other = mcp_own_uri_build (config->name, item->name);
        add_item (self, i, item, other != NULL ? other : item->name);
      }
}

/* Which server has something of which scheme. */
static void
add_owner (McpItemView *self, const McpExposedItem *item)
{
  const char *uri = item->item->name;
  gsize length = strcspn (uri, "{:");
  g_autofree char *scheme = g_strndup (uri, length);
  GArray *owners;

  if (uri[length] != ':')
    return;
  owners = g_hash_table_lookup (self->schemes, scheme);
  if (owners == NULL)
    {
      owners = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (self->schemes, g_steal_pointer (&scheme), owners);
    }
  /* the items lie by server: the same server comes in a row */
  if (owners->len == 0 || g_array_index (owners, guint, owners->len - 1) != item->server)
    g_array_append_val (owners, item->server);
}

/* A name that is shown short is also known in full, as older versions showed it. */
static void
add_full_name (McpItemView *self, const McpItemViewInput *input, McpExposedItem *item)
{
  const McpServerConfig *config = g_ptr_array_index (self->configs, item->server);
  const char *room = mcp_name_rooms_get (input->rooms, config->prefix);
  g_autofree char *mangled = NULL;
  g_autofree char *full = NULL;
  gboolean exact;

  if (strlen (room) + strlen (item->item->name) <= input->max_name)
    return;
  mangled = mcp_name_rooms_mangle (item->item->name, &exact);
  full = g_strconcat (room, mangled, NULL);
  if (exact && strlen (full) <= MCP_EXPOSED_NAMES_MAX_LENGTH &&
      mcp_name_rooms_find (input->rooms, full) == room &&
      !g_hash_table_contains (self->by_exposed, full))
    g_hash_table_insert (self->by_exposed, g_string_chunk_insert (self->texts, full), item);
}

static void
index_items (McpItemView *self, const McpItemViewInput *input)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      McpExposedItem *item = &g_array_index (self->items, McpExposedItem, i);

      g_hash_table_insert (self->by_exposed, (gpointer) item->exposed, item);
      /* of two with one name the first is meant */
      if (!g_hash_table_contains (self->by_own, item))
        g_hash_table_add (self->by_own, item);
      if (!is_named (self->kind))
        add_owner (self, item);
    }
  for (guint i = 0; is_named (self->kind) && i < self->items->len; i++)
    add_full_name (self, input, &g_array_index (self->items, McpExposedItem, i));
}

/**
 * mcp_item_view_new:
 * @input: what the servers list, and what is let through
 *
 * Returns: (transfer full): the view
 */
McpItemView *
mcp_item_view_new (const McpItemViewInput *input)
{
  McpItemView *self = g_new0 (McpItemView, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = input->kind;
  self->configs = g_ptr_array_ref (input->configs);
  self->lists = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_item_list_unref);
  for (guint i = 0; i < input->configs->len; i++)
    if (input->lists[i] != NULL)
      g_ptr_array_add (self->lists, mcp_item_list_ref (input->lists[i]));
  self->items = g_array_new (FALSE, FALSE, sizeof (McpExposedItem));
  self->texts = g_string_chunk_new (4096);
  self->by_exposed = g_hash_table_new (mcp_keyed_hash_str, g_str_equal);
  self->by_own = g_hash_table_new (hash_own, equal_own);
  self->held = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free, g_free);
  self->schemes = g_hash_table_new_full (mcp_keyed_hash_str, g_str_equal, g_free,
                                         (GDestroyNotify) g_array_unref);
  self->counts = g_hash_table_new (g_str_hash, g_str_equal);
  if (is_named (self->kind))
    add_named (self, input);
  else
    add_addressed (self, input);
  index_items (self, input);
  return self;
}

/**
 * mcp_item_view_ref:
 * @self: the view
 *
 * Returns: (transfer full): @self
 */
McpItemView *
mcp_item_view_ref (McpItemView *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_item_view_unref:
 * @self: (transfer full): the view
 */
void
mcp_item_view_unref (McpItemView *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->by_exposed);
  g_hash_table_unref (self->by_own);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->schemes);
  g_hash_table_unref (self->counts);
  g_array_unref (self->items);
  g_string_chunk_free (self->texts);
  g_ptr_array_unref (self->lists);
  g_ptr_array_unref (self->configs);
  g_free (self);
}

/**
 * mcp_item_view_get_kind:
 * @self: the view
 *
 * Returns: what is listed
 */
McpItemKind
mcp_item_view_get_kind (McpItemView *self)
{
  return self->kind;
}

/**
 * mcp_item_view_get_length:
 * @self: the view
 *
 * Returns: number of items
 */
guint
mcp_item_view_get_length (McpItemView *self)
{
  return self->items->len;
}

/**
 * mcp_item_view_get:
 * @self: the view
 * @index: below mcp_item_view_get_length()
 *
 * Returns: (transfer none): the item
 */
const McpExposedItem *
mcp_item_view_get (McpItemView *self, guint index)
{
  g_return_val_if_fail (index < self->items->len, NULL);

  return &g_array_index (self->items, McpExposedItem, index);
}

/**
 * mcp_item_view_get_config:
 * @self: the view
 * @server: index of a server
 *
 * Returns: (transfer none): the server
 */
McpServerConfig *
mcp_item_view_get_config (McpItemView *self, guint server)
{
  g_return_val_if_fail (server < self->configs->len, NULL);

  return g_ptr_array_index (self->configs, server);
}

/**
 * mcp_item_view_find:
 * @self: the view
 * @exposed: a name or URI as a client sent it
 *
 * Returns: (transfer none) (nullable): the item
 */
const McpExposedItem *
mcp_item_view_find (McpItemView *self, const char *exposed)
{
  return g_hash_table_lookup (self->by_exposed, exposed);
}

/**
 * mcp_item_view_find_own:
 * @self: the view
 * @server: index of a server
 * @name: a name or URI of the server's own
 *
 * Returns: (transfer none) (nullable): the item of that server
 */
const McpExposedItem *
mcp_item_view_find_own (McpItemView *self, guint server, const char *name)
{
  const McpItem item = { .name = name };
  const McpExposedItem key = { server, &item, NULL };

  return g_hash_table_lookup (self->by_own, &key);
}

/**
 * mcp_item_view_find_held:
 * @self: a view of tools
 * @exposed: a name that is not exposed
 *
 * Returns: (transfer none) (nullable): the server whose tool would have the name, if the tool
 *   was not held back
 */
McpServerConfig *
mcp_item_view_find_held (McpItemView *self, const char *exposed)
{
  const Held *held = g_hash_table_lookup (self->held, exposed);

  return held != NULL ? held->config : NULL;
}

/**
 * mcp_item_view_holds_own:
 * @self: a view of tools
 * @server_name: name of a server
 * @name: a name of the server's own
 *
 * Returns: whether the server has such a tool that is held back
 */
gboolean
mcp_item_view_holds_own (McpItemView *self, const char *server_name, const char *name)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Held *held = value;

      if (strcmp (held->config->name, server_name) == 0 && strcmp (held->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_item_view_get_owners:
 * @self: a view of resources or templates
 * @uri: of a resource
 *
 * Returns: (transfer none) (nullable) (element-type guint): the servers that list something of the
 *   scheme of the URI
 */
GArray *
mcp_item_view_get_owners (McpItemView *self, const char *uri)
{
  const char *colon = strchr (uri, ':');
  g_autofree char *scheme = colon != NULL ? g_strndup (uri, (gsize) (colon - uri)) : NULL;

  return scheme != NULL ? g_hash_table_lookup (self->schemes, scheme) : NULL;
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
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, server_name));
}
