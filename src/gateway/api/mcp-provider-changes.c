/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-provider-changes-private.h"

#include "common/mcp-timer.h"

/* A server that starts changes several times; nobody reads faster. */
#define SETTLE_MS 50

struct _McpProviderChanges
{
  const McpProviderChangesFuncs *funcs;
  GObject *user_data; /* (unowned): it keeps this */
  GHashTable *known;  /* (owned): name (owned) -> GVariant (owned), as last told */
  GSource *timer;     /* (owned) (nullable): while there is something to look for */
};

/**
 * mcp_provider_changes_new:
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): knows no servers yet
 */
McpProviderChanges *
mcp_provider_changes_new (const McpProviderChangesFuncs *funcs, GObject *user_data)
{
  McpProviderChanges *self = g_new0 (McpProviderChanges, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->known =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  return self;
}

/**
 * mcp_provider_changes_free:
 * @self: (transfer full): the changes
 */
void
mcp_provider_changes_free (McpProviderChanges *self)
{
  mcp_timer_clear (&self->timer);
  g_hash_table_unref (self->known);
  g_free (self);
}

/* In place of a value that is not there any more. */
static GVariant *
make_nothing (GVariant *before)
{
  if (g_variant_is_of_type (before, G_VARIANT_TYPE_ARRAY))
    return g_variant_new_array (g_variant_type_element (g_variant_get_type (before)), NULL, 0);
  if (g_variant_is_of_type (before, G_VARIANT_TYPE_UINT32))
    return g_variant_new_uint32 (0);
  return g_variant_new_string ("");
}

static void
add_gone (GVariantDict *what, GVariant *before, GVariant *now)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, before);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) there = g_variant_lookup_value (now, key, NULL);

      if (there == NULL)
        g_variant_dict_insert_value (what, key, make_nothing (value));
    }
}

/* Returns: (transfer full) (nullable): what differs; %NULL: nothing */
static GVariant *
compare (GVariant *before, GVariant *now)
{
  g_auto (GVariantDict) what = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) all = NULL;
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, now);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) old = before != NULL ? g_variant_lookup_value (before, key, NULL) : NULL;

      if (old == NULL || !g_variant_equal (old, value))
        g_variant_dict_insert_value (&what, key, value);
    }
  if (before != NULL)
    add_gone (&what, before, now);
  all = g_variant_ref_sink (g_variant_dict_end (&what));
  return g_variant_n_children (all) > 0 ? g_steal_pointer (&all) : NULL;
}

static GVariant *
make_removed (void)
{
  g_auto (GVariantDict) what = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&what, "entry", "s", "removed");
  return g_variant_ref_sink (g_variant_dict_end (&what));
}

/* Returns: (transfer full): name -> description, of all servers that there are */
static GHashTable *
describe (McpProviderChanges *self)
{
  g_autoptr (GVariant) entries = g_variant_ref_sink (self->funcs->describe (self->user_data));
  GHashTable *described =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);

  for (gsize i = 0; i < g_variant_n_children (entries); i++)
    {
      GVariant *entry = g_variant_get_child_value (entries, i);
      char *name = NULL;

      if (g_variant_lookup (entry, "name", "s", &name))
        g_hash_table_replace (described, name, entry);
      else
        g_variant_unref (entry);
    }
  return described;
}

static void
tell_changed (McpProviderChanges *self, GHashTable *before)
{
  g_autoptr (GHashTable) now = g_hash_table_ref (self->known);
  GHashTableIter iter;
  gpointer name, entry;

  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &name, &entry))
    {
      g_autoptr (GVariant) what = compare (g_hash_table_lookup (before, name), entry);

      if (what != NULL)
        self->funcs->tell (name, what, self->user_data);
    }
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (now, name))
      {
        g_autoptr (GVariant) removed = make_removed ();

        self->funcs->tell (name, removed, self->user_data);
      }
}

static gboolean
settled_cb (gpointer data)
{
  McpProviderChanges *self = data;
  g_autoptr (GObject) held = g_object_ref (self->user_data);
  g_autoptr (GHashTable) before = self->known;

  mcp_timer_clear (&self->timer);
  self->known = describe (self);
  tell_changed (self, before);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_provider_changes_note:
 * @self: the changes
 *
 * Something may be different now; soon it is told what.
 */
void
mcp_provider_changes_note (McpProviderChanges *self)
{
  if (self->timer == NULL)
    self->timer = mcp_timer_new_ms ("provider-changes", SETTLE_MS, settled_cb, self);
}
