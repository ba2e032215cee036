/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

G_NORETURN static void
become (char **command, int input, int output)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  dup2 (input, STDIN_FILENO);
  dup2 (output, STDOUT_FILENO);
  if (output != STDERR_FILENO)
    dup2 (output, STDERR_FILENO);
  execvp (command[0], command);
  _exit (127);
}

static void
make_pipe (int *reader, int *writer)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) != 0)
    g_error ("pipe2: %s", g_strerror (errno));
  *reader = fds[0];
  *writer = fds[1];
}

/**
 * load_child_start:
 * @command: (array zero-terminated=1): with its arguments
 * @has_pipes: whether its streams are pipes; else they lead nowhere
 *
 * Starts the program.
 */
void
load_child_start (LoadChild *self, char **command, gboolean has_pipes)
{
  int input, output;

  self->input = self->output = -1;
  if (has_pipes)
    {
      make_pipe (&input, &self->input);
      make_pipe (&self->output, &output);
    }
  else
    {
      input = open ("/dev/null", O_RDWR | O_CLOEXEC);
      output = dup (input);
    }
  self->pid = vfork ();
  if (self->pid == 0)
    become (command, input, output);
  if (self->pid < 0)
    g_error ("vfork: %s", g_strerror (errno));
  close (input);
  close (output);
}

/**
 * load_child_end:
 *
 * Ends the program, by a signal or the end of its input, and waits for that.
 */
void
load_child_end (LoadChild *self)
{
  if (self->input >= 0)
    {
      close (self->input);
      close (self->output);
    }
  else
    {
      kill (self->pid, SIGTERM);
    }
  waitpid (self->pid, NULL, 0);
}
