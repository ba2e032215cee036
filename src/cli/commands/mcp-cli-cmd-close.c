/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

static gboolean
close_one (McpCliConnection *connection, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliSession) session = mcp_cli_session_find (connection, name, &error);

  if (session != NULL && mcp_cli_session_close (connection, session, &error))
    return TRUE;
  mcp_cli_text_print_error (error);
  return FALSE;
}

/**
 * mcp_cli_cmd_close:
 * @argc: number of words
 * @argv: the words
 *
 * Ends sessions.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_close (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION…]"),
    .summary = _ (
        "Ends sessions: their calls are cancelled and their servers are stopped. Without a name,\n"
        "ends the session of the environment."),
    .max_words = -1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  gboolean all_closed = TRUE;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  connection = mcp_cli_connection_open (&error);
  if (connection == NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  if (argc == 1)
    return close_one (connection, NULL) ? MCP_CLI_OK : MCP_CLI_FAILED;
  for (int i = 1; i < argc; i++)
    all_closed = close_one (connection, argv[i]) && all_closed;
  return all_closed ? MCP_CLI_OK : MCP_CLI_FAILED;
}
