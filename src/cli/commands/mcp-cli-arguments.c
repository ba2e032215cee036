/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The arguments of a tool as they are written on a command line.
 */
#include "cli/commands/mcp-cli-arguments.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>

/**
 * mcp_cli_arguments_build:
 * @words: KEY=VALUE each
 * @error: return location
 *
 * A value is JSON where it parses as JSON, else text.
 *
 * Returns: (transfer full) (nullable): a JSON object
 */
char *
mcp_cli_arguments_build (const char *const *words, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{");
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      const char *sign = strchr (words[i], '=');
      g_autofree char *key = sign != NULL ? g_strndup (words[i], (gsize) (sign - words[i])) : NULL;

      if (key == NULL || *key == '\0')
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                       _ ("“%s” is not of the form KEY=VALUE"), words[i]);
          return NULL;
        }
      if (mcp_cli_json_is_value (sign + 1))
        mcp_cli_json_add_raw (json, key, sign + 1, -1);
      else
        mcp_cli_json_add_string (json, key, sign + 1);
      if (!g_hash_table_add (keys, g_steal_pointer (&key)))
        {
          g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, _ ("“%.*s” is given twice"),
                       (int) (sign - words[i]), words[i]);
          return NULL;
        }
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
