/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-json-tree.h"

#include "common/mcp-text-escape.h"

static void append_value (GString *out, McpJsonSlice value, guint depth);

static void
append_line_end (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static void
append_plain (GString *out, McpJsonSlice value)
{
  g_autofree char *text = mcp_text_escape_json (value.data, value.length);

  g_string_append (out, text);
}

static void
append_object (GString *out, McpJsonSlice object, guint depth)
{
  gboolean is_first = TRUE;
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;

  g_string_append_c (out, '{');
  mcp_json_iter_init (&iter, object);
  while (mcp_json_iter_next_member (&iter, &key, &value))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      append_line_end (out, depth + 1);
      append_plain (out, key);
      g_string_append (out, ": ");
      append_value (out, value, depth + 1);
    }
  if (!is_first)
    append_line_end (out, depth);
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, McpJsonSlice array, guint depth)
{
  gboolean is_first = TRUE;
  McpJsonSlice value;
  McpJsonIter iter;

  g_string_append_c (out, '[');
  mcp_json_iter_init (&iter, array);
  while (mcp_json_iter_next_element (&iter, &value))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      append_line_end (out, depth + 1);
      append_value (out, value, depth + 1);
    }
  if (!is_first)
    append_line_end (out, depth);
  g_string_append_c (out, ']');
}

static void
append_value (GString *out, McpJsonSlice value, guint depth)
{
  switch (mcp_json_get_type (value))
    {
    case MCP_JSON_OBJECT:
      append_object (out, value, depth);
      break;
    case MCP_JSON_ARRAY:
      append_array (out, value, depth);
      break;
    case MCP_JSON_STRING:
    case MCP_JSON_NUMBER:
    case MCP_JSON_BOOLEAN:
    case MCP_JSON_NULL:
      append_plain (out, value);
      break;
    }
}

/**
 * mcp_cli_json_tree_build:
 * @value: JSON
 *
 * Lays JSON out over lines, for people. Nothing is left out; texts and numbers stay as they are
 * written, but for characters that nobody sees, which are written as escapes.
 *
 * Returns: (transfer full): the text, without a line end
 */
char *
mcp_cli_json_tree_build (McpJsonSlice value)
{
  GString *out = g_string_new (NULL);

  append_value (out, value, 0);
  return g_string_free (out, FALSE);
}
