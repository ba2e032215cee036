/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/bridge/mcp-cli-bridge.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-signals.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop; /* (unowned) */
  int status;
} Run;

static void
finished_cb (gpointer user_data)
{
  Run *run = user_data;

  g_main_loop_quit (run->loop);
}

static void
signal_cb (int number, gboolean from_process, gpointer user_data)
{
  Run *run = user_data;

  if (number == SIGPIPE) /* write() says it too */
    return;
  run->status = 128 + number;
  g_main_loop_quit (run->loop);
}

static McpCliBridge *
open_bridge (const McpCliSessionParams *params, const char *server, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);

  return connection != NULL ? mcp_cli_bridge_new (connection, params, server) : NULL;
}

static int
run_bridge (const McpCliSessionParams *params, const char *server)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
  g_autoptr (McpCliSignals) signals = mcp_cli_signals_new (numbers, G_N_ELEMENTS (numbers));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { loop, MCP_CLI_OK };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliBridge) bridge = open_bridge (params, server, &error);

  if (bridge == NULL)
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  mcp_cli_signals_watch (signals, signal_cb, &run);
  mcp_cli_bridge_run (bridge, STDIN_FILENO, STDOUT_FILENO, finished_cb, &run);
  g_main_loop_run (loop);
  mcp_cli_bridge_close (bridge);
  /* The process does not wait for a client that does not read. */
  if (run.status != MCP_CLI_OK)
    _exit (run.status);
  return run.status;
}

/**
 * mcp_cli_cmd_stdio:
 * @argc: number of words
 * @argv: the words
 *
 * Is an MCP server on the standard streams.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_stdio (int argc, char **argv)
{
  g_autofree char *label = NULL;
  g_auto (GStrv) allowed = NULL;
  g_autofree char *server = NULL;
  const GOptionEntry entries[] = {
    { "label", 0, 0, G_OPTION_ARG_STRING, &label,
      N_ ("A name for people; default: the name of the client"), N_ ("TEXT") },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &allowed,
      N_ ("Only tools with a matching name; may be repeated"), N_ ("GLOB") },
    { "server", 0, 0, G_OPTION_ARG_STRING, &server,
      N_ ("Only this server of the daemon, under its own names"), N_ ("NAME") },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary = _ (
        "An MCP server on the standard streams, for clients that start their servers. It carries\n"
        "messages to the daemon and back, in a session for the current directory that ends with\n"
        "the input. If the daemon is restarted, the client does not notice."),
  };
  McpCliSessionParams params;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (isatty (STDIN_FILENO))
    mcp_cli_text_print (
        _ ("This is an MCP server: it reads JSON-RPC messages, one a line. Clients start "
           "it; “mcp-session connect” configures them. Ctrl-D ends it"));
  params = (McpCliSessionParams){ NULL, label, allowed, -1, TRUE };
  return run_bridge (&params, server);
}
