/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-view-changes.h"

#include <string.h>

struct _McpViewChanges
{
  McpItemKinds of_all;
  GHashTable *of_server; /* (owned): server name (owned) -> McpItemKinds */
};

/**
 * mcp_view_changes_new:
 *
 * Returns: (transfer full): nothing has changed
 */
McpViewChanges *
mcp_view_changes_new (void)
{
  McpViewChanges *self = g_new0 (McpViewChanges, 1);

  self->of_server = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/**
 * mcp_view_changes_free:
 * @self: (transfer full): changes
 */
void
mcp_view_changes_free (McpViewChanges *self)
{
  g_hash_table_unref (self->of_server);
  g_free (self);
}

/* A client of one server sees what the server itself says. */
static gboolean
is_same_item (const McpExposedItem *one, const McpExposedItem *other)
{
  McpJsonSlice a = one->item->json;
  McpJsonSlice b = other->item->json;

  return a.length == b.length && memcmp (a.data, b.data, a.length) == 0;
}

/* A client of all servers sees exposed names. */
static gboolean
is_same_exposed (const McpExposedItem *one, const McpExposedItem *other)
{
  return strcmp (one->exposed, other->exposed) == 0 && is_same_item (one, other);
}

static gboolean
is_same_list (McpItemView *a, McpItemView *b)
{
  if (mcp_item_view_get_length (a) != mcp_item_view_get_length (b))
    return FALSE;

  for (guint i = 0; i < mcp_item_view_get_length (a); i++)
    if (!is_same_exposed (mcp_item_view_get (a, i), mcp_item_view_get (b, i)))
      return FALSE;
  return TRUE;
}

static const char *
get_server (McpItemView *view, guint index)
{
  return mcp_item_view_get_config (view, mcp_item_view_get (view, index)->server)->name;
}

/* The items lie by server. Returns: server name (unowned) -> where its items begin, and 1 more */
static GHashTable *
index_servers (McpItemView *view)
{
  GHashTable *begins = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = mcp_item_view_get_length (view); i > 0; i--)
    g_hash_table_insert (begins, (gpointer) get_server (view, i - 1), GUINT_TO_POINTER (i));
  return begins;
}

static gboolean
lists_same (McpItemView *a, McpItemView *b, const char *server, guint begin_a, guint begin_b)
{
  guint length = mcp_item_view_count (a, server);

  if (length != mcp_item_view_count (b, server))
    return FALSE;
  for (guint i = 0; i < length; i++)
    if (!is_same_item (mcp_item_view_get (a, begin_a + i), mcp_item_view_get (b, begin_b + i)))
      return FALSE;
  return TRUE;
}

static void
note_server (McpViewChanges *self, const char *server, McpItemKind kind)
{
  McpItemKinds kinds = GPOINTER_TO_UINT (g_hash_table_lookup (self->of_server, server));

  g_hash_table_insert (self->of_server, g_strdup (server), GUINT_TO_POINTER (kinds | 1u << kind));
}

/* Adds the servers of @a that @b does not have, or has differently. */
static void
add_servers (McpViewChanges *self, McpItemView *a, McpItemView *b)
{
  g_autoptr (GHashTable) begins_a = index_servers (a);
  g_autoptr (GHashTable) begins_b = index_servers (b);
  GHashTableIter iter;
  gpointer server;
  gpointer begin;

  g_hash_table_iter_init (&iter, begins_a);
  while (g_hash_table_iter_next (&iter, &server, &begin))
    {
      guint other = GPOINTER_TO_UINT (g_hash_table_lookup (begins_b, server));

      if (other == 0 || !lists_same (a, b, server, GPOINTER_TO_UINT (begin) - 1, other - 1))
        note_server (self, server, mcp_item_view_get_kind (a));
    }
}

/**
 * mcp_view_changes_add:
 * @self: changes
 * @before: a view
 * @after: the view of the same kind that takes its place
 *
 * Compares the two.
 */
void
mcp_view_changes_add (McpViewChanges *self, McpItemView *before, McpItemView *after)
{
  if (!is_same_list (before, after))
    self->of_all |= 1u << mcp_item_view_get_kind (before);
  add_servers (self, before, after);
  add_servers (self, after, before);
}

/**
 * mcp_view_changes_is_empty:
 * @self: changes
 *
 * Returns: whether no client sees a difference
 */
gboolean
mcp_view_changes_is_empty (McpViewChanges *self)
{
  return self->of_all == 0 && g_hash_table_size (self->of_server) == 0;
}

/**
 * mcp_view_changes_get:
 * @self: changes
 * @server: (nullable): name of the only server that a client sees; %NULL: all
 *
 * Returns: of which kinds that client sees other items than before
 */
McpItemKinds
mcp_view_changes_get (McpViewChanges *self, const char *server)
{
  if (server == NULL)
    return self->of_all;
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->of_server, server));
}
