/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Sorted rather than hashed: two sets are compared in one pass over both, so that the main
 * context can do it for as many tools as a list may have.
 */
#include "gateway/catalogue/mcp-tool-prints.h"

#include <stdlib.h>
#include <string.h>

/* No tool has an empty name: this one is free for what the server says of itself. */
#define INSTRUCTIONS ""

typedef struct
{
  char *name; /* (owned) */
  guint8 digest[MCP_ITEM_PRINT_LENGTH];
} Print;

struct _McpToolPrints
{
  gatomicrefcount ref_count;
  GArray *prints; /* (owned): Print, by name, each name once */
};

static void
print_clear (gpointer data)
{
  Print *print = data;

  g_free (print->name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Print *) a)->name, ((const Print *) b)->name);
}

static McpToolPrints *
new_empty (void)
{
  McpToolPrints *self = g_new0 (McpToolPrints, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->prints = g_array_new (FALSE, FALSE, sizeof (Print));
  g_array_set_clear_func (self->prints, print_clear);
  return self;
}

static void
compute_text (const char *text, guint8 *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = MCP_ITEM_PRINT_LENGTH;

  g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text));
  g_checksum_get_digest (checksum, digest, &length);
}

/**
 * mcp_tool_prints_new:
 * @tools: (nullable): a list of tools; %NULL: none
 * @instructions: (nullable): of the server
 *
 * Returns: (transfer full): their prints
 */
McpToolPrints *
mcp_tool_prints_new (McpItemList *tools, const char *instructions)
{
  McpToolPrints *self = new_empty ();

  for (guint i = 0; tools != NULL && i < mcp_item_list_get_length (tools); i++)
    {
      const McpItem *tool = mcp_item_list_get (tools, i);
      Print print = { .name = g_strdup (tool->name) };

      memcpy (print.digest, tool->print, sizeof print.digest);
      g_array_append_val (self->prints, print);
    }
  if (instructions != NULL)
    {
      Print print = { .name = g_strdup (INSTRUCTIONS) };

      compute_text (instructions, print.digest);
      g_array_append_val (self->prints, print);
    }
  g_array_sort (self->prints, compare_names);
  return self;
}

/* Two hexadecimal digits a byte. */
static gboolean
read_digest (McpJsonSlice text, guint8 *digest)
{
  if (mcp_json_get_type (text) != MCP_JSON_STRING || text.length != 2 * MCP_ITEM_PRINT_LENGTH + 2)
    return FALSE;

  for (gsize i = 0; i < MCP_ITEM_PRINT_LENGTH; i++)
    {
      int high = g_ascii_xdigit_value (text.data[1 + 2 * i]);
      int low = g_ascii_xdigit_value (text.data[2 + 2 * i]);

      if (high < 0 || low < 0)
        return FALSE;
      digest[i] = (guint8) (high << 4 | low);
    }
  return TRUE;
}

/**
 * mcp_tool_prints_new_from_json:
 * @object: as mcp_tool_prints_append() writes it
 *
 * A member that makes no sense is left out: its tool counts as new.
 *
 * Returns: (transfer full): the prints
 */
McpToolPrints *
mcp_tool_prints_new_from_json (McpJsonSlice object)
{
  McpToolPrints *self = new_empty ();
  McpJsonSlice key, value;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      Print print;

      if (!read_digest (value, print.digest))
        continue;
      print.name = mcp_json_dup_string (key);
      if (print.name != NULL)
        g_array_append_val (self->prints, print);
    }
  g_array_sort (self->prints, compare_names);
  return self;
}

/**
 * mcp_tool_prints_ref:
 * @self: the prints
 *
 * Returns: (transfer full): @self
 */
McpToolPrints *
mcp_tool_prints_ref (McpToolPrints *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_tool_prints_unref:
 * @self: (transfer full): the prints
 */
void
mcp_tool_prints_unref (McpToolPrints *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->prints);
  g_free (self);
}

static const Print *
get (McpToolPrints *self, guint index)
{
  return index < self->prints->len ? &g_array_index (self->prints, Print, index) : NULL;
}

/**
 * mcp_tool_prints_match:
 * @self: the prints
 * @tool: a tool of the same server
 *
 * Returns: whether there is a tool of that name, and it says the same of itself
 */
gboolean
mcp_tool_prints_match (McpToolPrints *self, const McpItem *tool)
{
  const Print key = { .name = (char *) tool->name };
  const Print *found;

  if (self->prints->len == 0)
    return FALSE;
  found = bsearch (&key, self->prints->data, self->prints->len, sizeof key, compare_names);
  return found != NULL && memcmp (found->digest, tool->print, sizeof found->digest) == 0;
}

/**
 * mcp_tool_prints_match_instructions:
 * @self: the prints
 * @instructions: of the same server
 *
 * Returns: whether the server says the same of itself
 */
gboolean
mcp_tool_prints_match_instructions (McpToolPrints *self, const char *instructions)
{
  const Print *first = get (self, 0);
  guint8 digest[MCP_ITEM_PRINT_LENGTH];

  if (first == NULL || *first->name != '\0')
    return FALSE;
  compute_text (instructions, digest);
  return memcmp (first->digest, digest, sizeof digest) == 0;
}

/**
 * mcp_tool_prints_append:
 * @self: the prints
 * @out: gets a JSON object: name to hexadecimal print
 */
void
mcp_tool_prints_append (McpToolPrints *self, GString *out)
{
  g_string_append_c (out, '{');
  for (guint i = 0; i < self->prints->len; i++)
    {
      const Print *print = get (self, i);

      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, print->name);
      g_string_append (out, ":\"");
      for (gsize k = 0; k < MCP_ITEM_PRINT_LENGTH; k++)
        g_string_append_printf (out, "%02x", print->digest[k]);
      g_string_append_c (out, '"');
    }
  g_string_append_c (out, '}');
}

static void
add_name (GPtrArray *names, const Print *print)
{
  g_ptr_array_add (names,
                   g_strdup (*print->name != '\0' ? print->name : MCP_TOOL_PRINTS_INSTRUCTIONS));
}

static char **
take_names (GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/**
 * mcp_tool_prints_compare:
 * @earlier: what a server had
 * @now: what it has
 *
 * Returns: (transfer full) (nullable): the differences, names in order; %NULL: there are none
 */
McpToolChanges *
mcp_tool_prints_compare (McpToolPrints *earlier, McpToolPrints *now)
{
  GPtrArray *added = g_ptr_array_new ();
  GPtrArray *removed = g_ptr_array_new ();
  GPtrArray *changed = g_ptr_array_new ();
  g_autoptr (McpToolChanges) changes = g_new0 (McpToolChanges, 1);
  const Print *old, *new;
  guint i = 0, k = 0;

  while ((old = get (earlier, i), new = get (now, k), old != NULL || new != NULL))
    {
      int order = old == NULL ? 1 : new == NULL ? -1 : strcmp (old->name, new->name);

      if (order < 0)
        add_name (removed, old);
      else if (order > 0)
        add_name (added, new);
      else if (memcmp (old->digest, new->digest, sizeof old->digest) != 0)
        add_name (changed, new);
      i += order <= 0;
      k += order >= 0;
    }
  changes->added = take_names (added);
  changes->removed = take_names (removed);
  changes->changed = take_names (changed);
  if (*changes->added == NULL && *changes->removed == NULL && *changes->changed == NULL)
    return NULL;
  return g_steal_pointer (&changes);
}

/**
 * mcp_tool_prints_changes_free:
 * @changes: (transfer full): changes
 */
void
mcp_tool_prints_changes_free (McpToolChanges *changes)
{
  g_strfreev (changes->added);
  g_strfreev (changes->removed);
  g_strfreev (changes->changed);
  g_free (changes);
}
