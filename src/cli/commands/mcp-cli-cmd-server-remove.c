/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-change.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"

#include <glib/gi18n.h>

/**
 * mcp_cli_cmd_server_remove:
 * @argc: number of words
 * @argv: the words
 *
 * Removes a server from mcp.json.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_remove (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Removes a server from the configuration and stops its processes."),
    .min_words = 1,
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (!mcp_cli_servers_file_remove_entry (argv[1], &error))
    return mcp_cli_options_report_failure (error);
  mcp_cli_server_change_await (argv[1], FALSE);
  mcp_cli_cmd_server_logout_quietly (argv[1]);
  return MCP_CLI_OK;
}
