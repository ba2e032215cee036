/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-password.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Until the end of standard input, or until the end of a line on a terminal. */
static gssize
read_bytes (char *buffer, gsize size, gboolean is_line)
{
  gsize length = 0;
  gssize n = 1;

  while (n > 0 && length < size && !(is_line && memchr (buffer, '\n', length) != NULL))
    {
      n = read (STDIN_FILENO, buffer + length, size - length);
      if (n < 0 && errno == EINTR)
        return -1;
      if (n > 0)
        length += (gsize) n;
    }
  return n < 0 ? -1 : (gssize) length;
}

static gssize
read_without_echo (const char *prompt, char *buffer, gsize size)
{
  struct termios shown;
  struct termios hidden;
  gssize length;
  int saved;

  if (tcgetattr (STDIN_FILENO, &shown) != 0)
    return -1;
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t) (ECHO | ECHONL);
  /* Whoever has seen the prompt may type: nothing of that is shown, and nothing is lost. */
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  g_printerr ("%s", prompt);
  length = read_bytes (buffer, size, TRUE);
  saved = errno;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &shown);
  g_printerr ("\n");
  errno = saved;
  return length;
}

static gboolean
check (const char *text, gssize length, gsize max_bytes, GError **error)
{
  if (length < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 _ ("Standard input cannot be read: %s"), g_strerror (errno));
  else if ((gsize) length > max_bytes)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 _ ("The text is longer than %zu bytes"), max_bytes);
  else if (length == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("Standard input is empty"));
  else if (!g_utf8_validate (text, length, NULL))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         _ ("Standard input is not UTF-8 text"));
  else
    return TRUE;
  return FALSE;
}

/**
 * mcp_cli_password_read:
 * @prompt: what a person is asked, translated
 * @max_bytes: of the text
 * @error: return location
 *
 * Reads a text that nobody else should see: on a terminal one line that is not shown, else all of
 * standard input. One line end at the end is not part of the text.
 *
 * Errors: of #GIOErrorEnum, in the user's language.
 *
 * Returns: (transfer full) (nullable): the text; to be overwritten before it is freed
 */
char *
mcp_cli_password_read (const char *prompt, gsize max_bytes, GError **error)
{
  gsize size = max_bytes + 2; /* a line end, and one more byte that shows a longer text */
  char *buffer = g_malloc0 (size + 1);
  gssize length = isatty (STDIN_FILENO) ? read_without_echo (prompt, buffer, size)
                                        : read_bytes (buffer, size, FALSE);

  if (length > 0 && buffer[length - 1] == '\n')
    buffer[--length] = '\0';
  if (check (buffer, length, max_bytes, error))
    return buffer;
  explicit_bzero (buffer, size);
  g_free (buffer);
  return NULL;
}
