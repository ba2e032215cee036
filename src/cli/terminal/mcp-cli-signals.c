/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Signals as events of the main context, with their senders: signalfd(2).
 */
#include "cli/terminal/mcp-cli-signals.h"

#include <glib-unix.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct _McpCliSignals
{
  sigset_t set;
  sigset_t old_mask;
  int fd;
  guint source_id;
  McpCliSignalFunc func;
  gpointer user_data;
};

/**
 * mcp_cli_signals_new:
 * @numbers: of signals
 * @n_numbers: how many
 *
 * Blocks these signals; mcp_cli_signals_watch() delivers them. Must be called while there is one
 * thread.
 *
 * Returns: (transfer full): the blocked signals
 */
McpCliSignals *
mcp_cli_signals_new (const int *numbers, gsize n_numbers)
{
  McpCliSignals *self = g_new0 (McpCliSignals, 1);

  sigemptyset (&self->set);
  for (gsize i = 0; i < n_numbers; i++)
    sigaddset (&self->set, numbers[i]);
  pthread_sigmask (SIG_BLOCK, &self->set, &self->old_mask);
  self->fd = signalfd (-1, &self->set, SFD_CLOEXEC | SFD_NONBLOCK);
  return self;
}

static gboolean
ready_cb (int fd, GIOCondition condition, gpointer user_data)
{
  McpCliSignals *self = user_data;
  struct signalfd_siginfo info;

  while (read (fd, &info, sizeof info) == sizeof info)
    self->func ((int) info.ssi_signo, info.ssi_code <= 0, self->user_data);
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_cli_signals_watch:
 * @self: blocked signals
 * @func: called for each on the default main context, also for signals that came earlier
 * @user_data: for @func
 */
void
mcp_cli_signals_watch (McpCliSignals *self, McpCliSignalFunc func, gpointer user_data)
{
  g_return_if_fail (self->source_id == 0);

  self->func = func;
  self->user_data = user_data;
  self->source_id = g_unix_fd_add (self->fd, G_IO_IN, ready_cb, self);
}

/**
 * mcp_cli_signals_get_old_mask:
 * @self: blocked signals
 *
 * Returns: (transfer none): the old mask, for child processes
 */
const sigset_t *
mcp_cli_signals_get_old_mask (McpCliSignals *self)
{
  return &self->old_mask;
}

/**
 * mcp_cli_signals_free:
 * @self: (transfer full): blocked signals, which get their old effect again
 */
void
mcp_cli_signals_free (McpCliSignals *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  close (self->fd);
  pthread_sigmask (SIG_SETMASK, &self->old_mask, NULL);
  g_free (self);
}
