/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"

#include <string.h>

typedef struct
{
  char *key; /* (owned): as it is written out */
  McpJsonSlice value;
} Member;

static void
clear_member (gpointer data)
{
  g_free (((Member *) data)->key);
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Member *) a)->key, ((const Member *) b)->key);
}

/* However it was escaped; U+0000 stays as it was. */
static void
append_string (GString *out, McpJsonSlice string)
{
  g_autofree char *text = mcp_json_dup_string (string);

  if (text != NULL)
    mcp_json_append_string (out, text);
  else
    mcp_json_append_slice (out, string);
}

static char *
dup_key (McpJsonSlice key)
{
  GString *out = g_string_new (NULL);

  append_string (out, key);
  return g_string_free (out, FALSE);
}

static void
append_object (GString *out, McpJsonSlice object)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  McpJsonIter iter;
  McpJsonSlice key, value;

  g_array_set_clear_func (members, clear_member);
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      Member member = { dup_key (key), value };

      g_array_append_val (members, member);
    }
  /* Two of one name keep their order: this sorts stably. */
  g_array_sort (members, compare_members);

  g_string_append_c (out, '{');
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = &g_array_index (members, Member, i);

      g_string_append_printf (out, "%s%s:", i > 0 ? "," : "", member->key);
      mcp_json_append_canonical (out, member->value);
    }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, McpJsonSlice array)
{
  McpJsonIter iter;
  McpJsonSlice element;
  gboolean is_first = TRUE;

  g_string_append_c (out, '[');
  mcp_json_iter_init (&iter, array);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      mcp_json_append_canonical (out, element);
    }
  g_string_append_c (out, ']');
}

/**
 * mcp_json_append_canonical:
 * @out: a text in the making
 * @value: a value of an accepted text
 *
 * Appends it so that two ways to write one value give one text: without white space, strings
 * escaped alike, members sorted by name (RFC 8785 section 3.2); numbers as they are. It recurses
 * as deep as the text was accepted. Any thread.
 */
void
mcp_json_append_canonical (GString *out, McpJsonSlice value)
{
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_OBJECT:
      append_object (out, value);
      break;
    case MCP_JSON_ARRAY:
      append_array (out, value);
      break;
    case MCP_JSON_STRING:
      append_string (out, value);
      break;
    default:
      mcp_json_append_slice (out, value);
      break;
    }
}
