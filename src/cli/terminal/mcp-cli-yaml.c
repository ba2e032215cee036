/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * JSON as YAML 1.2, for people who read it and programs that parse it.
 */
#include "cli/terminal/mcp-cli-yaml.h"

#include <string.h>

#define INDENT 2

static void append_value (GString *out, McpJsonSlice value, guint indent);

/* Words that some reader of YAML takes for something else than a text. */
static gboolean
is_reserved (const char *text)
{
  static const char *const words[] = { "true", "false", "null", "yes", "no",
                                       "on",   "off",   "y",    "n",   NULL };
  g_autofree char *folded = g_ascii_strdown (text, -1);

  return g_strv_contains (words, folded);
}

/* Only texts that cannot be misread stand without quotes; a JSON string is a YAML string. */
static gboolean
is_plain (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '/')
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("/._-+@ ", *at) == NULL)
      return FALSE;
  return !g_str_has_suffix (text, " ") && !is_reserved (text);
}

static void
append_text (GString *out, McpJsonSlice string)
{
  g_autofree char *text = mcp_json_dup_string (string);

  if (text != NULL && is_plain (text))
    g_string_append (out, text);
  else
    mcp_json_append_slice (out, string);
}

static void
start_line (GString *out, guint indent)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n' && !g_str_has_suffix (out->str, "- "))
    g_string_append_c (out, '\n');
  if (!g_str_has_suffix (out->str, "- "))
    for (guint i = 0; i < indent; i++)
      g_string_append_c (out, ' ');
}

static gboolean
append_members (GString *out, McpJsonSlice object, guint indent)
{
  McpJsonSlice key, value;
  McpJsonIter iter;
  gboolean has_some = FALSE;

  mcp_json_iter_init (&iter, object);
  for (; mcp_json_iter_next_member (&iter, &key, &value); has_some = TRUE)
    {
      start_line (out, indent);
      append_text (out, key);
      g_string_append_c (out, ':');
      append_value (out, value, indent + INDENT);
    }
  return has_some;
}

static gboolean
append_elements (GString *out, McpJsonSlice array, guint indent)
{
  McpJsonSlice value;
  McpJsonIter iter;
  gboolean has_some = FALSE;

  mcp_json_iter_init (&iter, array);
  for (; mcp_json_iter_next_element (&iter, &value); has_some = TRUE)
    {
      start_line (out, indent);
      g_string_append (out, "- ");
      append_value (out, value, indent + INDENT);
    }
  return has_some;
}

static void
append_value (GString *out, McpJsonSlice value, guint indent)
{
  McpJsonType type = mcp_json_get_type (value);
  const char *space = g_str_has_suffix (out->str, ":") ? " " : "";

  if (type == MCP_JSON_OBJECT && append_members (out, value, indent))
    return;
  if (type == MCP_JSON_ARRAY && append_elements (out, value, indent))
    return;
  g_string_append (out, space);
  if (type == MCP_JSON_OBJECT)
    g_string_append (out, "{}");
  else if (type == MCP_JSON_ARRAY)
    g_string_append (out, "[]");
  else if (type == MCP_JSON_STRING)
    append_text (out, value);
  else
    mcp_json_append_slice (out, value);
}

/**
 * mcp_cli_yaml_from_json:
 * @value: JSON
 *
 * Returns: (transfer full): the same as YAML, with a line end
 */
char *
mcp_cli_yaml_from_json (McpJsonSlice value)
{
  GString *out = g_string_new (NULL);

  append_value (out, value, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
