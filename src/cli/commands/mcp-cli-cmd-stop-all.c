/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * stop-all: the stop switch for tool calls.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

/**
 * mcp_cli_cmd_stop_all:
 * @argc: number of words
 * @argv: the words
 *
 * Cancels all tool calls and refuses new ones, or allows them again.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_stop_all (int argc, char **argv)
{
  gboolean release = FALSE;
  const GOptionEntry entries[] = {
    { "release", 0, 0, G_OPTION_ARG_NONE, &release, N_ ("Allow tool calls again"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary = _ ("Cancels all tool calls of all sessions, and refuses new ones until --release."),
  };
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  if (connection != NULL)
    answer = mcp_cli_connection_request (connection, release ? "DELETE" : "PUT", "/stop", NULL,
                                         NULL, &error);
  if (answer == NULL)
    return mcp_cli_options_report_failure (error);
  mcp_cli_text_print (release ? _ ("Tool calls are allowed again")
                              : _ ("All tool calls are stopped; “mcp-session stop-all --release” "
                                   "allows them again"));
  return MCP_CLI_OK;
}
