/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The arguments of a tool, from the words of a command line.
 */
#include "cli/commands/mcp-cli-arguments.h"

#include "cli/commands/mcp-cli-tool-help.h"
#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/* Whether the schema wants a text and nothing else; null does not count. */
static gboolean
is_text (McpJsonSlice property)
{
  McpJsonSlice type, name;
  McpJsonIter iter;
  gboolean has_string = FALSE;

  if (property.data == NULL || !mcp_json_find (property, "type", &type))
    return FALSE;
  if (mcp_json_get_type (type) != MCP_JSON_ARRAY)
    return mcp_json_string_equal (type, "string");
  mcp_json_iter_init (&iter, type);
  while (mcp_json_iter_next_element (&iter, &name))
    {
      if (mcp_json_string_equal (name, "string"))
        has_string = TRUE;
      else if (!mcp_json_string_equal (name, "null"))
        return FALSE;
    }
  return has_string;
}

static void
add_value (GString *json, const char *key, const char *value, McpJsonSlice tool)
{
  McpJsonSlice property =
      tool.data != NULL ? mcp_cli_tool_help_get_property (tool, key) : MCP_JSON_SLICE_NONE;

  if (mcp_cli_json_is_value (value) && (!is_text (property) || *value == '"'))
    mcp_cli_json_add_raw (json, key, value, -1);
  else
    mcp_cli_json_add_string (json, key, value);
}

/* Returns: (transfer full) (nullable): the key of KEY=VALUE, if it is new */
static char *
take_key (const char *word, GHashTable *keys, GError **error)
{
  const char *sign = strchr (word, '=');
  g_autofree char *key = sign != NULL ? g_strndup (word, (gsize) (sign - word)) : NULL;

  if (key == NULL || *key == '\0')
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 _ ("“%s” is not of the form KEY=VALUE"), word);
  else if (!g_hash_table_add (keys, g_strdup (key)))
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("“%s” is given twice"), key);
  else
    return g_steal_pointer (&key);
  return NULL;
}

/**
 * mcp_cli_arguments_build_texts:
 * @words: KEY=VALUE each
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a JSON object whose values are texts, as the arguments of
 *   prompts are
 */
char *
mcp_cli_arguments_build_texts (const char *const *words, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      g_autofree char *key = take_key (words[i], keys, error);

      if (key == NULL)
        return NULL;
      mcp_cli_json_add_string (json, key, strchr (words[i], '=') + 1);
    }
  g_string_append_c (json, '}');
  return g_string_free (g_steal_pointer (&json), FALSE);
}

/**
 * mcp_cli_arguments_build:
 * @words: KEY=VALUE each
 * @tool: as listed; empty if it is not known
 * @error: return location
 *
 * A value is a text if the tool's schema wants a text. Otherwise it is JSON if it is valid JSON,
 * and a text if not. A JSON string is a text without its quotes.
 *
 * Returns: (transfer full) (nullable): a JSON object
 */
char *
mcp_cli_arguments_build (const char *const *words, McpJsonSlice tool, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      g_autofree char *key = take_key (words[i], keys, error);

      if (key == NULL)
        return NULL;
      add_value (json, key, strchr (words[i], '=') + 1, tool);
    }

  g_string_append_c (json, '}');
  return g_string_free (g_steal_pointer (&json), FALSE);
}

/**
 * mcp_cli_arguments_check:
 * @json: from a command line
 * @error: return location
 *
 * Returns: whether it is a JSON object
 */
gboolean
mcp_cli_arguments_check (const char *json, GError **error)
{
  McpJsonSlice root;

  if (!mcp_cli_json_parse (json, strlen (json), &root, error))
    {
      g_prefix_error (error, "--arguments: ");
      return FALSE;
    }
  if (mcp_json_get_type (root) == MCP_JSON_OBJECT)
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
               _ ("--arguments must be a JSON object, as {\"path\": \"/tmp\"}"));
  return FALSE;
}
