/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* What it is, in one cell. */
static char *
describe_entry (McpJsonSlice entry)
{
  g_autofree char *url = mcp_cli_json_dup_member (entry, "url");
  g_autofree char *command = mcp_cli_json_dup_member (entry, "command");
  g_autoptr (GString) words = g_string_new (command);
  McpJsonSlice args, word;
  McpJsonIter iter;

  if (url != NULL)
    return g_steal_pointer (&url);
  if (mcp_json_find_typed (entry, "args", MCP_JSON_ARRAY, &args))
    {
      mcp_json_iter_init (&iter, args);
      while (mcp_json_iter_next_element (&iter, &word))
        {
          g_autofree char *text = mcp_json_dup_string (word);

          g_string_append_printf (words, " %s", text != NULL ? text : "?");
        }
    }
  return g_strdup (words->str);
}

static void
print_servers (McpJsonSlice servers)
{
  const char *titles[] = { _ ("SERVER"), _ ("STATE"), _ ("SCOPE"), _ ("COMMAND"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonIter iter;
  McpJsonSlice key, entry, value;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);
      g_autofree char *scope = mcp_cli_json_dup_member (entry, "scope");
      g_autofree char *what = describe_entry (entry);
      gboolean is_disabled = mcp_json_find_typed (entry, "disabled", MCP_JSON_BOOLEAN, &value) &&
                             mcp_json_get_boolean (value);

      mcp_cli_table_add (table, (const char *[]){ name, is_disabled ? _ ("off") : _ ("on"),
                                                  scope != NULL ? scope : "–", what });
    }
  mcp_cli_table_print (table);
}

/**
 * mcp_cli_cmd_server_list:
 * @argc: number of words
 * @argv: the words
 *
 * Lists the configured servers.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_list (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the file’s object of servers"), NULL },
    { NULL },
  };
  const McpCliUsage usage = { .summary = _ ("Lists the configured servers.") };
  g_autofree char *servers = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  servers = mcp_cli_servers_file_get_all (&error);
  if (servers == NULL || !mcp_cli_json_parse (servers, strlen (servers), &root, &error))
    return mcp_cli_options_report_failure (error);
  if (as_json)
    g_print ("%s\n", servers);
  else if (mcp_json_get_type (root) == MCP_JSON_OBJECT &&
           servers[1 + strspn (servers + 1, " \n\t")] != '}')
    print_servers (root);
  else
    mcp_cli_text_print (_ ("There are no servers; “mcp-session server add” adds one"));
  return MCP_CLI_OK;
}
