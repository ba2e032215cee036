/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server restart, server refresh: what the daemon does to a server that stays as it is configured.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/daemon/mcp-cli-connection.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

static gboolean
post (McpCliConnection *connection, const char *name, const char *action, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/servers/%s/%s", escaped, action);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "POST", path, NULL, NULL, &local_error);

  if (answer != NULL)
    return TRUE;
  mcp_cli_server_states_set_error (connection, name, g_steal_pointer (&local_error), error);
  return FALSE;
}

static int
run (const McpCliUsage *usage, const char *action, const char *done, int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;

  if (!mcp_cli_options_parse (usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  for (int i = 1; connection != NULL && error == NULL && i < argc; i++)
    if (post (connection, argv[i], action, &error))
      mcp_cli_text_print ("“%s”: %s", argv[i], done);
  return error == NULL ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}

/**
 * mcp_cli_cmd_server_restart:
 * @argc: number of words
 * @argv: the words
 *
 * Ends the processes of servers.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_restart (int argc, char **argv)
{
  const McpCliUsage usage = {
    .parameters = _ ("NAME…"),
    .summary = _ ("Ends the processes of servers; they start again when they are used. Calls that\n"
                  "run there fail."),
    .min_words = 1,
    .max_words = -1,
  };

  return run (&usage, "restart", _ ("its processes have ended; its next use starts it"), argc,
              argv);
}

/**
 * mcp_cli_cmd_server_refresh:
 * @argc: number of words
 * @argv: the words
 *
 * Has servers list their tools again.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_refresh (int argc, char **argv)
{
  const McpCliUsage usage = {
    .parameters = _ ("NAME…"),
    .summary = _ ("Asks servers for their tools, prompts and resources again."),
    .min_words = 1,
    .max_words = -1,
  };

  return run (&usage, "refresh", _ ("it is asked for its lists again"), argc, argv);
}
