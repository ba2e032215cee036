/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"

#include "common/mcp-decimal.h"
#include "mcp-json-private.h"

#include <math.h>
#include <string.h>

/* From here on not every integer is a double. */
#define EXACT_INTEGER_LIMIT 9007199254740992.0

/* Without printf(), which takes ten times as long: a terminal's text has many of them. */
static void
append_control (GString *out, guchar c)
{
  static const char digits[] = "0123456789abcdef";
  const char escape[] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };

  g_string_append_len (out, escape, sizeof escape);
}

/**
 * mcp_json_append_string:
 * @out: a JSON text in the making
 * @text: UTF-8; bytes that are not, such as a file name may hold, become U+FFFD
 *
 * Appends a string in quotes, escaping what RFC 8259 section 7 demands; the
 * result holds no line end, so that it fits a line or an event. Any thread.
 */
void
mcp_json_append_string (GString *out, const char *text)
{
  gsize length = strlen (text);
  const char *end = text + length;
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      text = valid = g_utf8_make_valid (text, (gssize) length);
      end = text + strlen (text);
    }

  g_string_append_c (out, '"');
  while (text < end)
    {
      const char *plain = text;
      guchar c;

      do
        text = mcp_json_skip_plain (text, end);
      while (text < end && (guchar) *text >= 0x80 && ++text);
      g_string_append_len (out, plain, text - plain);
      if (text == end)
        break;

      c = (guchar) *text++;
      switch (c)
        {
        case '"':
          g_string_append (out, "\\\"");
          break;
        case '\\':
          g_string_append (out, "\\\\");
          break;
        case '\n':
          g_string_append (out, "\\n");
          break;
        case '\r':
          g_string_append (out, "\\r");
          break;
        case '\t':
          g_string_append (out, "\\t");
          break;
        default:
          append_control (out, c);
          break;
        }
    }
  g_string_append_c (out, '"');
}

/**
 * mcp_json_append_double:
 * @out: a JSON text in the making
 * @number: finite
 *
 * Appends a number so that reading it gives the same double: without a fraction
 * when it is whole, else with as few digits as do. Any thread.
 */
void
mcp_json_append_double (GString *out, double number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_if_fail (isfinite (number));

  if (fabs (number) < EXACT_INTEGER_LIMIT && trunc (number) == number)
    {
      mcp_decimal_append_int (out, (gint64) number);
      return;
    }
  g_ascii_formatd (buffer, sizeof buffer, "%.15g", number);
  if (g_ascii_strtod (buffer, NULL) != number)
    g_ascii_formatd (buffer, sizeof buffer, "%.16g", number);
  if (g_ascii_strtod (buffer, NULL) != number)
    g_ascii_formatd (buffer, sizeof buffer, "%.17g", number);
  g_string_append (out, buffer);
}

/**
 * mcp_json_copy_slice:
 * @out: room for as many bytes as @value has
 * @value: a value of an accepted text
 *
 * Writes a value as it was written, but on one line: line ends between its tokens become
 * spaces (a string holds none but as escapes), so that it fits a line of a stdio
 * stream, a data line of an event. Any thread.
 */
void
mcp_json_copy_slice (char *out, McpJsonSlice value)
{
  static const char line_ends[] = { '\n', '\r' };
  char *end = out + value.length;

  memcpy (out, value.data, value.length);
  for (gsize i = 0; i < G_N_ELEMENTS (line_ends); i++)
    {
      char *at = out;

      while ((at = memchr (at, line_ends[i], (gsize) (end - at))) != NULL)
        *at++ = ' ';
    }
}

/**
 * mcp_json_append_slice:
 * @out: a JSON text in the making
 * @value: a value of an accepted text
 *
 * Appends a value as mcp_json_copy_slice() writes it. Any thread.
 */
void
mcp_json_append_slice (GString *out, McpJsonSlice value)
{
  gsize start = out->len;

  g_string_set_size (out, start + value.length);
  mcp_json_copy_slice (out->str + start, value);
}
