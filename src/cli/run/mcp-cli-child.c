/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A command that runs as if it had been started directly: it stays in the process group of
 * mcp-session, so that Ctrl-C and Ctrl-Z of the terminal reach it; a signal that a process sends is
 * passed on.
 */
#include "cli/run/mcp-cli-child.h"

#include "cli/terminal/mcp-cli-exit.h"

#include <sys/wait.h>
#include <unistd.h>

/* The exit statuses of env(1) and of shells. */
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND      127

struct _McpCliChild
{
  McpCliSignals *signals; /* (owned) */
  GMainLoop *loop;        /* (owned) */
  GPid pid;
  gboolean ended;
  int status;
  McpCliChildHook hook; /* (nullable) */
  gpointer hook_data;
};

/**
 * mcp_cli_child_new:
 *
 * From now on, signals do not end this process. Must be called while there is one thread.
 *
 * Returns: (transfer full): a child that was not started
 */
McpCliChild *
mcp_cli_child_new (void)
{
  static const int numbers[] = { SIGCHLD, SIGCONT, SIGHUP,  SIGINT,  SIGQUIT,
                                 SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH };
  McpCliChild *self = g_new0 (McpCliChild, 1);

  self->signals = mcp_cli_signals_new (numbers, G_N_ELEMENTS (numbers));
  self->loop = g_main_loop_new (NULL, FALSE);
  return self;
}

/**
 * mcp_cli_child_free:
 * @self: (transfer full): a child that has ended or was never started
 */
void
mcp_cli_child_free (McpCliChild *self)
{
  mcp_cli_signals_free (self->signals);
  g_main_loop_unref (self->loop);
  g_free (self);
}

/**
 * mcp_cli_child_set_hook:
 * @self: room for a child
 * @hook: told when the terminal has another size, and when we go on after a stop
 * @user_data: for @hook
 */
void
mcp_cli_child_set_hook (McpCliChild *self, McpCliChildHook hook, gpointer user_data)
{
  self->hook = hook;
  self->hook_data = user_data;
}

/* Between fork and exec. */
static void
restore_signals_cb (gpointer user_data)
{
  sigprocmask (SIG_SETMASK, user_data, NULL);
}

/**
 * mcp_cli_child_spawn:
 * @self: room for a child
 * @argv: (array zero-terminated=1): looked up in PATH
 * @environment: (array zero-terminated=1): its environment
 * @error: return location
 *
 * Starts the child, with the standard streams of this process.
 *
 * Returns: whether it runs
 */
gboolean
mcp_cli_child_spawn (McpCliChild *self, char **argv, char **environment, GError **error)
{
  return g_spawn_async (NULL, argv, environment,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                            G_SPAWN_CHILD_INHERITS_STDIN | G_SPAWN_LEAVE_DESCRIPTORS_OPEN,
                        restore_signals_cb, (gpointer) mcp_cli_signals_get_old_mask (self->signals),
                        &self->pid, error);
}

/**
 * mcp_cli_child_status_of_error:
 * @error: why a child did not start
 *
 * Returns: the exit status for the error
 */
int
mcp_cli_child_status_of_error (const GError *error)
{
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    return STATUS_NOT_FOUND;
  return error->domain == G_SPAWN_ERROR ? STATUS_NOT_EXECUTABLE : MCP_CLI_FAILED;
}

/* If the terminal stops the child, this process stops as well, so that the shell sees it. It stops
 * after the child: when the shell takes the terminal back, no process may read from it. */
static void
stop_as_child_did (McpCliChild *self, int number)
{
  sigset_t stop;

  if (number != SIGTSTP && number != SIGTTIN && number != SIGTTOU)
    return;
  sigemptyset (&stop);
  sigaddset (&stop, SIGTSTP);
  /* By the same signal, which the shell shows. The terminal may have sent it to this process
   * already; it takes effect once, here. */
  kill (getpid (), number);
  pthread_sigmask (SIG_UNBLOCK, &stop, NULL);
  pthread_sigmask (SIG_BLOCK, &stop, NULL);
  kill (self->pid, SIGCONT);
}

static void
reap (McpCliChild *self)
{
  int status;

  while (waitpid (self->pid, &status, WNOHANG | WUNTRACED) == self->pid)
    {
      if (WIFSTOPPED (status))
        {
          stop_as_child_did (self, WSTOPSIG (status));
          continue;
        }
      self->status = WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
      self->ended = TRUE;
      g_main_loop_quit (self->loop);
      return;
    }
}

static void
signal_cb (int number, gboolean from_process, gpointer user_data)
{
  McpCliChild *self = user_data;

  if (self->hook != NULL && (number == SIGWINCH || number == SIGCONT))
    self->hook (number, self->hook_data);
  if (number == SIGCHLD)
    reap (self);
  else if (from_process) /* the terminal sends its signals to the child, too */
    kill (self->pid, number);
}

/**
 * mcp_cli_child_wait:
 * @self: a child that runs
 *
 * Runs the default main context until the child ends.
 *
 * Returns: its exit status; 128 and the number of the signal if one ended it
 */
int
mcp_cli_child_wait (McpCliChild *self)
{
  mcp_cli_signals_watch (self->signals, signal_cb, self);
  reap (self);
  /* A quit before the loop runs has no effect. */
  if (!self->ended)
    g_main_loop_run (self->loop);
  g_spawn_close_pid (self->pid);
  return self->status;
}
