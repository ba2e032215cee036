/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The terminal of a command: its width, its characters, and text that must not control it.
 */
#include "cli/terminal/mcp-cli-terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* What a terminal without UTF-8 gets for the marks of the command's own texts. */
static char *
replace_marks (const char *text)
{
  static const char *const marks[][2] = {
    { "“", "\"" }, { "”", "\"" },  { "„", "\"" }, { "«", "\"" }, { "»", "\"" },
    { "’", "'" },  { "…", "..." }, { "–", "-" },  { "→", "->" }, { "\302\240", " " },
  };
  GString *out = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (out, marks[i][0], marks[i][1], 0);
  return g_string_free (out, FALSE);
}

/**
 * mcp_cli_terminal_to_locale:
 * @text: UTF-8
 *
 * Returns: (transfer full): the text in the characters of the locale; marks that the locale does
 * not have are written in ASCII
 */
char *
mcp_cli_terminal_to_locale (const char *text)
{
  const char *charset;
  g_autofree char *plain = NULL;
  char *converted;

  if (g_get_charset (&charset))
    return g_strdup (text);
  plain = replace_marks (text);
  converted = g_convert_with_fallback (plain, -1, charset, "UTF-8", "?", NULL, NULL, NULL);
  return converted != NULL ? converted : g_steal_pointer (&plain);
}

static void
print (FILE *file, const char *text)
{
  g_autofree char *converted = mcp_cli_terminal_to_locale (text);

  fputs (converted, file);
}

static void
print_cb (const char *text)
{
  print (stdout, text);
}

static void
printerr_cb (const char *text)
{
  print (stderr, text);
  fflush (stderr);
}

/**
 * mcp_cli_terminal_init:
 *
 * From now on, g_print() and g_printerr() print quotation marks and dots that a locale without
 * UTF-8 does not have as ASCII.
 */
void
mcp_cli_terminal_init (void)
{
  g_set_print_handler (print_cb);
  g_set_printerr_handler (printerr_cb);
}

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

/**
 * mcp_cli_terminal_get_rows:
 * @fd: a descriptor
 *
 * Returns: the height of the terminal; 0 if @fd is not a terminal or its height is not known
 */
guint
mcp_cli_terminal_get_rows (int fd)
{
  struct winsize size;

  if (!isatty (fd) || ioctl (fd, TIOCGWINSZ, &size) < 0)
    return 0;
  return size.ws_row;
}

/**
 * mcp_cli_terminal_has_colour:
 * @fd: a descriptor
 *
 * Returns: whether colours may be written there: https://no-color.org, and CLICOLOR_FORCE for
 * output that is not a terminal
 */
gboolean
mcp_cli_terminal_has_colour (int fd)
{
  const char *never = g_getenv ("NO_COLOR");
  const char *always = g_getenv ("CLICOLOR_FORCE");

  if (never != NULL && *never != '\0')
    return FALSE;
  if (always != NULL && *always != '\0' && g_strcmp0 (always, "0") != 0)
    return TRUE;
  return isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/* What a terminal obeys, or what changes the order of the text around it. */
static gboolean
is_control (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
      return c != '\n' && c != '\t';
    case G_UNICODE_FORMAT:
      /* Joiners are part of words and emoji. */
      return c != 0x200c && c != 0x200d;
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
append_shown (GString *out, gunichar c)
{
  if (c < 0x20)
    g_string_append_printf (out, "^%c", (char) (c + '@'));
  else if (c == 0x7f)
    g_string_append (out, "^?");
  else
    g_string_append_printf (out, "<U+%04X>", c);
}

/**
 * mcp_cli_terminal_escape:
 * @text: text of a tool, a server or a client
 *
 * Returns: (transfer full): the text with its control characters shown, as “^[” or “<U+202E>”, so
 * that a terminal does not obey them; line ends and tabs stay
 */
char *
mcp_cli_terminal_escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '\r' && at[1] == '\n')
        continue;
      if (is_control (c))
        append_shown (out, c);
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/**
 * mcp_cli_terminal_print_foreign:
 * @file: where to
 * @text: text of a tool, a server or a client
 * @raw: whether a terminal gets the bytes as they are
 *
 * Prints the text and a line end. Control characters are shown if @file is a terminal; otherwise
 * the reader is a program and gets the bytes.
 */
void
mcp_cli_terminal_print_foreign (FILE *file, const char *text, gboolean raw)
{
  g_autofree char *shown =
      !raw && isatty (fileno (file)) ? mcp_cli_terminal_escape (text) : g_strdup (text);

  fprintf (file, "%s%s", shown, g_str_has_suffix (shown, "\n") ? "" : "\n");
}
