/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The main loop of a command that prints lines until it is stopped.
 */
#include "cli/terminal/mcp-cli-main-loop.h"

#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-signals.h"

#include <glib-unix.h>
#include <unistd.h>

struct _McpCliMainLoop
{
  GMainLoop *loop;        /* (owned) */
  McpCliSignals *signals; /* (owned) */
  guint broken_id;
  gboolean has_quit; /* perhaps before it ran: requests to the daemon run the main context, too */
  int status;
};

static void
signal_cb (int number, gboolean from_process, gpointer user_data)
{
  mcp_cli_main_loop_quit (user_data, 128 + number);
}

static gboolean
broken_cb (int fd, GIOCondition condition, gpointer user_data)
{
  McpCliMainLoop *self = user_data;

  self->broken_id = 0;
  mcp_cli_main_loop_quit (self, MCP_CLI_BROKEN_PIPE);
  return G_SOURCE_REMOVE;
}

/**
 * mcp_cli_main_loop_new:
 *
 * From now on SIGINT, SIGTERM, SIGHUP, and the end of whoever reads standard output end the loop
 * instead of the process. Must be called while there is one thread.
 *
 * Returns: (transfer full): a loop on the default main context
 */
McpCliMainLoop *
mcp_cli_main_loop_new (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  McpCliMainLoop *self = g_new0 (McpCliMainLoop, 1);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->signals = mcp_cli_signals_new (numbers, G_N_ELEMENTS (numbers));
  mcp_cli_signals_watch (self->signals, signal_cb, self);
  if (!isatty (STDOUT_FILENO))
    self->broken_id = g_unix_fd_add (STDOUT_FILENO, G_IO_ERR, broken_cb, self);
  return self;
}

/**
 * mcp_cli_main_loop_run:
 * @self: a loop
 *
 * Returns: the exit status: what mcp_cli_main_loop_quit() was told, 128 and the number of the
 *   signal, or %MCP_CLI_BROKEN_PIPE
 */
int
mcp_cli_main_loop_run (McpCliMainLoop *self)
{
  if (!self->has_quit)
    g_main_loop_run (self->loop);
  return self->status;
}

/**
 * mcp_cli_main_loop_quit:
 * @self: a loop, also one that does not run yet
 * @status: the exit status
 */
void
mcp_cli_main_loop_quit (McpCliMainLoop *self, int status)
{
  self->has_quit = TRUE;
  self->status = status;
  g_main_loop_quit (self->loop);
}

/**
 * mcp_cli_main_loop_free:
 * @self: (transfer full): a loop; the signals get their old effect again
 */
void
mcp_cli_main_loop_free (McpCliMainLoop *self)
{
  g_clear_handle_id (&self->broken_id, g_source_remove);
  mcp_cli_signals_free (self->signals);
  g_main_loop_unref (self->loop);
  g_free (self);
}
