/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One line from the person at the terminal.
 */
#include "cli/terminal/mcp-cli-prompt.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A terminal hands over no longer line: termios(3). */
#define MAX_LINE_BYTES 4096

/**
 * mcp_cli_prompt_is_possible:
 *
 * Returns: whether somebody is there to ask
 */
gboolean
mcp_cli_prompt_is_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

/* Returns: whether there is something to read before the cancelling */
static gboolean
await_line (GCancellable *cancellable)
{
  struct pollfd fds[] = {
    { .fd = STDIN_FILENO, .events = POLLIN },
    { .fd = cancellable != NULL ? g_cancellable_get_fd (cancellable) : -1, .events = POLLIN },
  };
  int n;

  do
    n = poll (fds, G_N_ELEMENTS (fds), -1);
  while (n < 0);
  if (cancellable != NULL)
    g_cancellable_release_fd (cancellable);
  return fds[1].revents == 0;
}

/**
 * mcp_cli_prompt_read:
 * @prompt: what is asked
 * @cancellable: (nullable): ends the question; may be cancelled from any thread
 *
 * Asks on standard error, and waits for a line.
 *
 * Returns: (transfer full) (nullable): the line; %NULL at the end of the input or once cancelled
 */
char *
mcp_cli_prompt_read (const char *prompt, GCancellable *cancellable)
{
  char line[MAX_LINE_BYTES + 1];
  gssize n = 0;

  g_printerr ("%s", prompt);
  if (await_line (cancellable))
    n = read (STDIN_FILENO, line, MAX_LINE_BYTES);
  if (n <= 0)
    {
      g_printerr ("\n");
      return NULL;
    }
  line[n] = '\0';
  line[strcspn (line, "\n")] = '\0';
  return g_utf8_make_valid (line, -1);
}
