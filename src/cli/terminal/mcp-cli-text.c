/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal/mcp-cli-text.h"

#include "common/mcp-text-clean.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* Line by line; parts of a message may come from anybody. */
static char *
clean_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      char *clean = mcp_text_clean (lines[i]);

      g_free (lines[i]);
      lines[i] = clean;
    }
  return g_strjoinv ("\n", lines);
}

/**
 * mcp_cli_text_print:
 * @format: without a line end
 *
 * Prints on standard error something that is not the command's answer.
 */
void
mcp_cli_text_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = clean_lines (text);
  g_printerr ("mcp-session: %s\n", clean);
}

/**
 * mcp_cli_text_print_error:
 * @error: what went wrong
 *
 * Prints why a command failed; control characters in text of others are taken out.
 */
void
mcp_cli_text_print_error (const GError *error)
{
  g_autofree char *text = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                              ? g_strdup (_ ("Cancelled"))
                              : mcp_text_clean (error->message);

  mcp_cli_text_print ("%s", text);
}

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/**
 * mcp_cli_text_width:
 * @text: cleaned text
 *
 * Returns: the number of columns that it takes on a terminal
 */
guint
mcp_cli_text_width (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    width += char_width (g_utf8_get_char (at));
  return width;
}

/**
 * mcp_cli_text_fit:
 * @text: cleaned text
 * @columns: the width that it may have
 *
 * Returns: (transfer full): the text; if it is too long, it is cut and ends with “…”
 */
char *
mcp_cli_text_fit (const char *text, guint columns)
{
  guint width = 0;
  const char *at;

  if (mcp_cli_text_width (text) <= columns)
    return g_strdup (text);
  if (columns == 0)
    return g_strdup ("");

  for (at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      width += char_width (g_utf8_get_char (at));
      if (width > columns - 1)
        break;
    }
  return g_strdup_printf ("%.*s…", (int) (at - text), text);
}

/**
 * mcp_cli_text_wrap:
 * @text: cleaned text
 * @columns: the width that a line may have
 * @indent: blanks before each line but the first
 *
 * Returns: (transfer full): the text in lines, broken at blanks; longer words stand out
 */
char *
mcp_cli_text_wrap (const char *text, guint columns, guint indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GString *out = g_string_new (NULL);
  guint width = 0;

  for (gsize i = 0; words[i] != NULL; i++)
    {
      guint word = mcp_cli_text_width (words[i]);

      if (i > 0 && width + 1 + word > columns)
        {
          g_string_append_printf (out, "\n%*s", (int) indent, "");
          width = 0;
        }
      else if (i > 0)
        {
          g_string_append_c (out, ' ');
          width++;
        }
      g_string_append (out, words[i]);
      width += word;
    }
  return g_string_free (out, FALSE);
}

/**
 * mcp_cli_text_append_padded:
 * @out: where to
 * @text: cleaned text
 * @columns: the width of the column
 *
 * Appends a text, and spaces up to the width of its column.
 */
void
mcp_cli_text_append_padded (GString *out, const char *text, guint columns)
{
  guint width = mcp_cli_text_width (text);

  g_string_append (out, text);
  for (; width < columns; width++)
    g_string_append_c (out, ' ');
}

/**
 * mcp_cli_text_shorten_path:
 * @path: an absolute path
 *
 * Returns: (transfer full): the path as people write it, with “~” for the home directory
 */
char *
mcp_cli_text_shorten_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);

  if (length > 1 && strncmp (path, home, length) == 0 &&
      (path[length] == '/' || path[length] == '\0'))
    return g_strconcat ("~", path + length, NULL);
  return g_strdup (path);
}

/**
 * mcp_cli_text_local_time:
 * @timestamp: of RFC 3339, UTC
 *
 * Returns: (transfer full): the local time; @timestamp itself if it is not a time
 */
char *
mcp_cli_text_local_time (const char *timestamp)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_iso8601 (timestamp, NULL);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%F %T") : mcp_text_clean (timestamp);
}

/**
 * mcp_cli_text_short_time:
 * @timestamp: of RFC 3339, UTC
 * @now_us: the time, as g_get_real_time() has it
 *
 * Returns: (transfer full): the local time for a table: without the date if that is today, else
 * without the seconds; @timestamp itself if it is not a time
 */
char *
mcp_cli_text_short_time (const char *timestamp, gint64 now_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_iso8601 (timestamp, NULL);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (now_us / G_USEC_PER_SEC);

  if (local == NULL || now == NULL)
    return mcp_text_clean (timestamp);
  if (g_date_time_get_year (local) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now))
    return g_date_time_format (local, "%T");
  return g_date_time_format (local, "%F %R");
}
