/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * start, stop, restart: the daemon itself.
 */
#include "cli/commands/mcp-cli-command.h"

#include "config.h"

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/daemon/mcp-cli-daemon-process.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

static gboolean
start (GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  int pid = connection != NULL ? mcp_cli_daemon_process_get_pid (connection, error) : 0;

  if (pid == 0)
    return FALSE;
  mcp_cli_text_print (_ ("The daemon runs, process %d"), pid);
  return TRUE;
}

/* It is no error if the daemon does not run. */
static gboolean
stop (GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  int pid;

  if (connection == NULL)
    {
      mcp_cli_text_print (_ ("The daemon does not run"));
      return TRUE;
    }
  pid = mcp_cli_daemon_process_get_pid (connection, error);
  if (pid == 0 || !mcp_cli_daemon_process_stop (pid, error))
    return FALSE;
  mcp_cli_text_print (_ ("The daemon (process %d) has ended"), pid);
  return TRUE;
}

static gboolean
restart (GError **error)
{
  return stop (error) && start (error);
}

static int
run (const McpCliUsage *usage, gboolean (*func) (GError **error), int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return func (&error) ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}

/**
 * mcp_cli_cmd_daemon_start:
 * @argc: number of words
 * @argv: the words
 *
 * Starts the daemon, if it does not run.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_daemon_start (int argc, char **argv)
{
  const McpCliUsage usage = { .summary = _ ("Starts the daemon, if it does not run.") };

  return run (&usage, start, argc, argv);
}

/**
 * mcp_cli_cmd_daemon_stop:
 * @argc: number of words
 * @argv: the words
 *
 * Stops the daemon.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_daemon_stop (int argc, char **argv)
{
  const McpCliUsage usage = {
    .summary =
        _ ("Stops the daemon: calls that run are cancelled, servers end, sessions are kept. The\n"
           "next command or client that needs the daemon starts it again."),
  };

  return run (&usage, stop, argc, argv);
}

/**
 * mcp_cli_cmd_daemon_restart:
 * @argc: number of words
 * @argv: the words
 *
 * Stops the daemon and starts it again.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_daemon_restart (int argc, char **argv)
{
  const McpCliUsage usage = {
    .summary = _ ("Stops the daemon, and starts it again: sessions are kept, calls are cancelled."),
  };

  return run (&usage, restart, argc, argv);
}
