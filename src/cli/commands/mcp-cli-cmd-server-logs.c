/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-log.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

#define DEFAULT_LINES 100
/* Of the daemon: GET /servers/{name}/log */
#define MAX_LINES     1000

static void
print_log (GBytes *log, gboolean follow, const char *name)
{
  g_autofree char *text = mcp_cli_server_log_to_text (log);

  if (*text == '\0' && !follow)
    mcp_cli_text_print (
        _ ("“%s” has written nothing to its standard error since the daemon started"), name);
  else if (follow)
    g_print ("%s", text);
  else
    mcp_cli_pager_print (text);
}

static int
run (const McpCliOutput *output, const char *name, guint n_lines, gboolean follow)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);
  g_autoptr (GBytes) log = NULL;

  if (connection != NULL)
    log = mcp_cli_server_log_fetch (connection, name, n_lines, &error);
  if (log == NULL)
    return mcp_cli_options_report_failure (error);
  if (!mcp_cli_output_is_for_people (output))
    return mcp_cli_output_print (output, log, &error) ? MCP_CLI_OK
                                                      : mcp_cli_options_report_failure (error);
  print_log (log, follow, name);
  return follow ? mcp_cli_server_log_follow (connection, name, log) : MCP_CLI_OK;
}

/**
 * mcp_cli_cmd_server_logs:
 * @argc: number of words
 * @argv: the words
 *
 * Shows what a server wrote to its standard error.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_logs (int argc, char **argv)
{
  g_auto (McpCliOutput) output = { .list = "lines", .name = "text" };
  int n_lines = DEFAULT_LINES;
  gboolean follow = FALSE;
  const GOptionEntry entries[] = {
    { "lines", 'n', 0, G_OPTION_ARG_INT, &n_lines, N_ ("At most so many"), N_ ("N") },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &follow, N_ ("Then print each new line, until Ctrl-C"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary = _ ("Shows what the processes of a server wrote to their standard error, the newest\n"
                  "line last."),
    .min_words = 1,
    .max_words = 1,
    .output = &output,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (n_lines < 1 || n_lines > MAX_LINES)
    return mcp_cli_options_report_error (_ ("--lines must be 1 to %d"), MAX_LINES);
  return run (&output, argv[1], (guint) n_lines, follow);
}
