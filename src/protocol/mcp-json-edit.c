/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-json-edit.h"

/**
 * mcp_json_edit_begin:
 * @self: uninitialized
 * @object: an object of an accepted text
 */
void
mcp_json_edit_begin (McpJsonEdit *self, McpJsonSlice object)
{
  self->object = object;
  self->keys = NULL;
  self->values = NULL;
}

static void
change (McpJsonEdit *self, const char *key, char *value)
{
  if (self->keys == NULL)
    {
      self->keys = g_ptr_array_new ();
      self->values = g_ptr_array_new_with_free_func (g_free);
    }
  g_ptr_array_add (self->keys, (gpointer) key);
  g_ptr_array_add (self->values, value);
}

/**
 * mcp_json_edit_drop:
 * @self: changes
 * @key: static; a member that goes, if it is there
 */
void
mcp_json_edit_drop (McpJsonEdit *self, const char *key)
{
  McpJsonSlice value;

  if (mcp_json_find (self->object, key, &value))
    change (self, key, NULL);
}

/**
 * mcp_json_edit_set:
 * @self: changes
 * @key: static; a member that is replaced in its place, or added at the end
 * @value: (transfer full): JSON text
 */
void
mcp_json_edit_set (McpJsonEdit *self, const char *key, char *value)
{
  change (self, key, value);
}

static gboolean
find_change (McpJsonEdit *self, McpJsonSlice key, guint *index)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (mcp_json_string_equal (key, g_ptr_array_index (self->keys, i)))
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static void
append_key (GString *out)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
}

static char *
write_object (McpJsonEdit *self)
{
  GString *out = g_string_sized_new (self->object.length + 64);
  McpJsonIter iter;
  McpJsonSlice key;
  McpJsonSlice value;
  guint index;

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, self->object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      const char *changed = NULL;
      gboolean is_changed = find_change (self, key, &index);

      if (is_changed && (changed = g_ptr_array_index (self->values, index)) == NULL)
        continue;
      append_key (out);
      mcp_json_append_slice (out, key);
      g_string_append_c (out, ':');
      if (is_changed)
        g_string_append (out, changed);
      else
        mcp_json_append_slice (out, value);
    }
  for (guint i = 0; i < self->keys->len; i++)
    {
      const char *name = g_ptr_array_index (self->keys, i);
      const char *added = g_ptr_array_index (self->values, i);

      if (added == NULL || mcp_json_find (self->object, name, &value))
        continue;
      append_key (out);
      mcp_json_append_string (out, name);
      g_string_append_c (out, ':');
      g_string_append (out, added);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * mcp_json_edit_end:
 * @self: changes; cleared
 *
 * Returns: (transfer full) (nullable): the object as it is now; %NULL: nothing changes
 */
char *
mcp_json_edit_end (McpJsonEdit *self)
{
  char *text = NULL;

  if (self->keys == NULL)
    return NULL;

  text = write_object (self);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  return text;
}
