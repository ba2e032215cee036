/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the terminal of a command can show.
 */
#include "cli/terminal/mcp-cli-terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

/**
 * mcp_cli_terminal_get_columns:
 * @fd: a descriptor
 *
 * Returns: the width of the terminal; 0 if @fd is not a terminal or its width is not known
 */
guint
mcp_cli_terminal_get_columns (int fd)
{
  struct winsize size;

  if (!isatty (fd) || ioctl (fd, TIOCGWINSZ, &size) < 0)
    return 0;
  return size.ws_col;
}
