/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-json-edit.h"

#include "common/mcp-huge-pages.h"

#include <string.h>

/* Bytes of the text that give way to others. */
typedef struct
{
  const char *start;
  const char *end;
  char *text;        /* (owned) (nullable) */
  gboolean is_added; /* one more member or element, behind those there are */
} Patch;

struct _McpJsonEdit
{
  McpJsonSlice text;
  GArray *patches; /* (element-type Patch) (nullable) */
};

static const char *
slice_end (McpJsonSlice value)
{
  return value.data + value.length;
}

static void
clear_patch (gpointer patch)
{
  g_free (((Patch *) patch)->text);
}

/**
 * mcp_json_edit_new:
 * @text: a value of an accepted text
 *
 * Returns: (transfer full): changes to it: none yet
 */
McpJsonEdit *
mcp_json_edit_new (McpJsonSlice text)
{
  McpJsonEdit *self = g_new0 (McpJsonEdit, 1);

  self->text = text;
  return self;
}

/**
 * mcp_json_edit_free:
 * @self: (transfer full): changes
 */
void
mcp_json_edit_free (McpJsonEdit *self)
{
  g_clear_pointer (&self->patches, g_array_unref);
  g_free (self);
}

static void
add_patch (McpJsonEdit *self, const char *start, const char *end, char *text, gboolean is_added)
{
  Patch patch = { start, end, text, is_added };

  if (self->patches == NULL)
    {
      self->patches = g_array_new (FALSE, FALSE, sizeof (Patch));
      g_array_set_clear_func (self->patches, clear_patch);
    }
  g_array_append_val (self->patches, patch);
}

/**
 * mcp_json_edit_replace:
 * @self: changes
 * @value: within the text, and in nothing else that is replaced
 * @text: (transfer full): JSON text
 */
void
mcp_json_edit_replace (McpJsonEdit *self, McpJsonSlice value, char *text)
{
  if (strlen (text) == value.length && memcmp (text, value.data, value.length) == 0)
    g_free (text);
  else
    add_patch (self, value.data, slice_end (value), text, FALSE);
}

/**
 * mcp_json_edit_narrow:
 * @self: changes
 * @value: within the text, and in nothing else that is replaced
 * @part: a value within @value, which takes its place
 */
void
mcp_json_edit_narrow (McpJsonEdit *self, McpJsonSlice value, McpJsonSlice part)
{
  add_patch (self, value.data, part.data, NULL, FALSE);
  add_patch (self, slice_end (part), slice_end (value), NULL, FALSE);
}

/**
 * mcp_json_edit_insert:
 * @self: changes
 * @container: an array or object within the text
 * @text: (transfer full): an element or a member, without comma
 *
 * Adds at the end, in the order of the calls.
 */
void
mcp_json_edit_insert (McpJsonEdit *self, McpJsonSlice container, char *text)
{
  const char *at = slice_end (container) - 1;

  add_patch (self, at, at, text, TRUE);
}

/**
 * mcp_json_edit_set:
 * @self: changes
 * @fields: of an object within the text
 * @index: of a member that is not dropped
 * @text: (transfer full): JSON text
 *
 * Replaces a member in its place, or adds it at the end.
 */
void
mcp_json_edit_set (McpJsonEdit *self, const McpJsonFields *fields, guint index, char *text)
{
  g_autofree char *value = text;
  GString *member;

  if (mcp_json_fields_has (fields, index))
    {
      mcp_json_edit_replace (self, fields->fields[index].value, g_steal_pointer (&value));
      return;
    }
  member = g_string_new (NULL);
  mcp_json_append_string (member, fields->names[index]);
  g_string_append_c (member, ':');
  g_string_append (member, value);
  mcp_json_edit_insert (self, fields->object, g_string_free (member, FALSE));
}

static gboolean
is_dropped (const McpJsonFields *fields, guint index, guint mask)
{
  return (mask & (1U << index)) != 0 && mcp_json_fields_has (fields, index);
}

/* The comma that goes is the one before, but for members with none left before them. */
static void
drop_field (McpJsonEdit *self, const McpJsonFields *fields, guint index, guint mask)
{
  const McpJsonField *field = &fields->fields[index];
  gsize n_before = 0;

  for (guint i = 0; i < MCP_JSON_MAX_FIELDS; i++)
    n_before += is_dropped (fields, i, mask) && fields->fields[i].index < field->index;

  if (n_before < field->index)
    add_patch (self, field->previous_end, slice_end (field->value), NULL, FALSE);
  else if (field->next_start != NULL)
    add_patch (self, field->start, field->next_start, NULL, FALSE);
  else
    add_patch (self, field->start, slice_end (field->value), NULL, FALSE);
}

/**
 * mcp_json_edit_drop:
 * @self: changes
 * @fields: of an object within the text
 * @mask: a bit for the index of each member that goes, if it is there
 *
 * To be called once for an object. What was to change within a member that goes is forgotten.
 *
 * Returns: whether something goes, and nothing is left
 */
gboolean
mcp_json_edit_drop (McpJsonEdit *self, const McpJsonFields *fields, guint mask)
{
  gsize n_dropped = 0;

  for (guint i = 0; i < MCP_JSON_MAX_FIELDS; i++)
    if (is_dropped (fields, i, mask))
      {
        drop_field (self, fields, i, mask);
        n_dropped++;
      }
  return n_dropped > 0 && n_dropped == fields->n_members;
}

static int
compare_patches (gconstpointer a, gconstpointer b)
{
  const char *first = ((const Patch *) a)->start;
  const char *second = ((const Patch *) b)->start;

  return (first > second) - (first < second);
}

static gboolean
begins_container (const GString *out)
{
  gsize at = out->len;

  while (at > 0 && strchr (" \t", out->str[at - 1]) != NULL)
    at--;
  return at > 0 && (out->str[at - 1] == '{' || out->str[at - 1] == '[');
}

static guint
prepare_patches (McpJsonEdit *self)
{
  if (self->patches == NULL)
    return 0;
  g_array_sort (self->patches, compare_patches); /* stable */
  return self->patches->len;
}

/* Between @before and @after. */
static GString *
write_text (McpJsonEdit *self, const char *before, const char *after)
{
  const char *at = self->text.data;
  GString *out;
  guint n_patches = prepare_patches (self);
  gsize n_added = strlen (before) + strlen (after);

  for (guint i = 0; i < n_patches; i++)
    {
      const Patch *patch = &g_array_index (self->patches, Patch, i);

      n_added += patch->text != NULL ? strlen (patch->text) + 1 : 0;
    }

  out = g_string_sized_new (self->text.length + n_added);
  mcp_huge_pages_advise (out->str, out->allocated_len);
  g_string_append (out, before);
  for (guint i = 0; i < n_patches; i++)
    {
      const Patch *patch = &g_array_index (self->patches, Patch, i);

      if (patch->start < at)
        continue; /* within what has gone */
      mcp_json_append_slice (out, (McpJsonSlice){ at, patch->start - at });
      if (patch->is_added && !begins_container (out))
        g_string_append_c (out, ',');
      if (patch->text != NULL)
        g_string_append (out, patch->text);
      at = patch->end;
    }
  mcp_json_append_slice (out, (McpJsonSlice){ at, slice_end (self->text) - at });
  g_string_append (out, after);
  return out;
}

/**
 * mcp_json_edit_end:
 * @self: (transfer full): changes
 *
 * Returns: (transfer full) (nullable): the text as it is now; %NULL: nothing changes
 */
char *
mcp_json_edit_end (McpJsonEdit *self)
{
  char *text = self->patches != NULL ? g_string_free (write_text (self, "", ""), FALSE) : NULL;

  mcp_json_edit_free (self);
  return text;
}

/**
 * mcp_json_edit_end_within:
 * @self: (transfer full): changes
 * @before: what comes before the text
 * @after: what comes after it
 *
 * For texts that are large: what is around them costs no copy more.
 *
 * Returns: (transfer full): the text as it is now, changed or not, between the two
 */
GBytes *
mcp_json_edit_end_within (McpJsonEdit *self, const char *before, const char *after)
{
  GString *out = write_text (self, before, after);

  mcp_json_edit_free (self);
  return g_string_free_to_bytes (out);
}

/**
 * mcp_json_edit_replace_member:
 * @object: an object of an accepted text
 * @key: a name
 * @value: its new value; %MCP_JSON_SLICE_NONE: the member is left out
 *
 * Writes an object again with one member changed in its place, or added at the end. All
 * others stay the bytes they were. Any thread.
 *
 * Returns: (transfer full): the object's text
 */
char *
mcp_json_edit_replace_member (McpJsonSlice object, const char *key, McpJsonSlice value)
{
  GString *out = g_string_sized_new (object.length + value.length + 16);
  McpJsonIter iter;
  McpJsonSlice name;
  McpJsonSlice old;
  gboolean found = FALSE;

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &name, &old))
    {
      gboolean is_key = mcp_json_string_equal (name, key);

      found |= is_key;
      if (is_key && value.data == NULL)
        continue;
      if (out->len > 1)
        g_string_append_c (out, ',');
      mcp_json_append_slice (out, name);
      g_string_append_c (out, ':');
      mcp_json_append_slice (out, is_key ? value : old);
    }
  if (!found && value.data != NULL)
    {
      if (out->len > 1)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, key);
      g_string_append_c (out, ':');
      mcp_json_append_slice (out, value);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}
