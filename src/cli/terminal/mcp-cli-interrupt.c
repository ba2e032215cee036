/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Lets a command that waits for an answer end its session when it is interrupted.
 */
#include "cli/terminal/mcp-cli-interrupt.h"

#include "cli/terminal/mcp-cli-exit.h"

#include <pthread.h>
#include <signal.h>

/* Written once, by the thread that waits for it. */
static int caught_signal;

static void
fill_set (sigset_t *set)
{
  sigemptyset (set);
  sigaddset (set, SIGINT);
  sigaddset (set, SIGTERM);
  sigaddset (set, SIGHUP);
}

static gpointer
wait_for_signal (gpointer user_data)
{
  GCancellable *cancellable = user_data;
  sigset_t set;
  int number;

  fill_set (&set);
  if (sigwait (&set, &number) != 0)
    return NULL;
  g_atomic_int_set (&caught_signal, number);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);

  /* A second signal ends the process at once. */
  sigwait (&set, &number);
  _exit (128 + number);
}

/**
 * mcp_cli_interrupt_new:
 *
 * From now on, the first SIGINT, SIGTERM or SIGHUP does not end the process. Must be called once,
 * while there is one thread.
 *
 * Returns: (transfer full): cancelled by the signal
 */
GCancellable *
mcp_cli_interrupt_new (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  sigset_t set;

  fill_set (&set);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signal, g_object_ref (cancellable)));
  return cancellable;
}

/**
 * mcp_cli_interrupt_get_status:
 *
 * Returns: the exit status for the signal that came; %MCP_CLI_FAILED if none came
 */
int
mcp_cli_interrupt_get_status (void)
{
  int number = g_atomic_int_get (&caught_signal);

  return number != 0 ? 128 + number : MCP_CLI_FAILED;
}
