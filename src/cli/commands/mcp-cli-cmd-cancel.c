/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * cancel: ends calls that run, by their ids.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-history.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>

static gboolean
cancel (McpCliConnection *connection, const char *name, GError **error)
{
  g_autofree char *call_id = mcp_cli_history_dup_call_id (name);
  g_autofree char *escaped = g_uri_escape_string (call_id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/calls/", escaped, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer =
      mcp_cli_connection_request (connection, "DELETE", path, NULL, NULL, &local_error);

  if (answer != NULL)
    return TRUE;
  if (g_error_matches (local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    g_set_error (
        error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
        _ ("No call “%s” is running; “mcp-session history --state running” lists the calls "
           "that are"),
        call_id);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * mcp_cli_cmd_cancel:
 * @argc: number of words
 * @argv: the words
 *
 * Cancels calls.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_cancel (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("CALL…"),
    .summary =
        _ ("Cancels calls that run. “mcp-session status” shows their ids; 12 means c-000012."),
    .min_words = 1,
    .max_words = -1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  int status = MCP_CLI_OK;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  if (connection == NULL)
    return mcp_cli_options_report_failure (error);
  for (int i = 1; i < argc; i++)
    {
      if (cancel (connection, argv[i], &error))
        continue;
      status = mcp_cli_options_report_failure (error);
      g_clear_error (&error);
    }
  return status;
}
