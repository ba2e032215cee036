/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Output that is longer than the terminal goes through a pager, as that of git and systemctl does.
 */
#include "cli/terminal/mcp-cli-pager.h"

#include "cli/terminal/mcp-cli-terminal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* less: ends if the text fits, passes colours, leaves the text on the screen. */
#define LESS_OPTIONS "FRX"

/* Returns: (nullable): the command of the pager */
static const char *
find_pager (void)
{
  const char *pager = g_getenv (MCP_CLI_PAGER_VARIABLE);

  if (pager == NULL)
    pager = g_getenv ("PAGER");
  if (pager == NULL)
    pager = "less";
  return *pager == '\0' || strcmp (pager, "cat") == 0 ? NULL : pager;
}

static gboolean
is_long (const char *text, guint rows)
{
  for (guint n_lines = 0; *text != '\0'; text++)
    if (*text == '\n' && ++n_lines >= rows)
      return TRUE;
  return FALSE;
}

static gboolean
needs_pager (const char *text)
{
  const char *term = g_getenv ("TERM");
  struct winsize size;

  return isatty (STDOUT_FILENO) && isatty (STDIN_FILENO) && term != NULL &&
         strcmp (term, "dumb") != 0 && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
         size.ws_row > 0 && is_long (text, size.ws_row);
}

/* Returns: whether the pager has shown the text; the shell says 127 if there is no such program */
static gboolean
show (const char *pager, const char *text)
{
  g_autofree char *converted = mcp_cli_terminal_to_locale (text);
  struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
  FILE *pipe;
  int status;

  g_setenv ("LESS", LESS_OPTIONS, FALSE);
  fflush (stdout);
  pipe = popen (pager, "we");
  if (pipe == NULL)
    return FALSE;
  /* A person may have seen enough before the end. */
  sigaction (SIGPIPE, &ignore, &old);
  fputs (converted, pipe);
  status = pclose (pipe);
  sigaction (SIGPIPE, &old, NULL);
  return !WIFEXITED (status) || WEXITSTATUS (status) != 127;
}

/**
 * mcp_cli_pager_print:
 * @text: the output of a command; text of others in it is clean
 *
 * Prints the text, through a pager if it is longer than the terminal.
 */
void
mcp_cli_pager_print (const char *text)
{
  const char *pager = needs_pager (text) ? find_pager () : NULL;

  if (pager == NULL || !show (pager, text))
    g_print ("%s", text);
}
