/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A server that is in no file: it is named on the command line, for one command.
 */
#include "cli/commands/mcp-cli-adhoc.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>

#define NAME "server"

static gboolean
add_command (GString *entry, const char *command_line, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GString) args = g_string_new ("[");

  if (!g_shell_parse_argv (command_line, NULL, &words, error))
    return FALSE;
  for (gsize i = 1; words[i] != NULL; i++)
    {
      g_string_append (args, i > 1 ? "," : "");
      mcp_json_append_string (args, words[i]);
    }
  g_string_append_c (args, ']');
  mcp_cli_json_add_string (entry, "command", words[0]);
  mcp_cli_json_add_raw (entry, "args", args->str, -1);
  return TRUE;
}

/**
 * mcp_cli_adhoc_new_config:
 * @command_line: (nullable): of a server that runs as a process, quoted as for a shell
 * @url: (nullable): of a server that is reached over HTTP
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the server, as mcp.json would describe it
 */
McpServerConfig *
mcp_cli_adhoc_new_config (const char *command_line, const char *url, GError **error)
{
  g_autoptr (GString) entry = g_string_new ("{");
  g_autofree char *file = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = NULL;

  if (command_line != NULL && !add_command (entry, command_line, error))
    return NULL;
  mcp_cli_json_add_string (entry, "url", url);
  /* The command was typed by the user, in the directory that it starts in. */
  mcp_cli_json_add_raw (entry, "trustDirectory", "true", -1);
  file = g_strdup_printf ("{\"mcpServers\":{\"" NAME "\":%s}}}", entry->str);
  configs =
      mcp_server_config_parse_file (file, strlen (file), _ ("the command line"), &problems, error);
  if (configs != NULL && configs->len == 1)
    return mcp_server_config_ref (g_ptr_array_index (configs, 0));
  if (configs != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "%s",
                 problems->len > 0 ? (char *) g_ptr_array_index (problems, 0) : "?");
  return NULL;
}
