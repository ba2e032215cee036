/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-text-escape.h"

#include <string.h>

/* Beyond ASCII, JSON may hold control characters as they are. */
static gboolean
is_plain (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return c < 0x7f || (type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT &&
                      type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR);
}

/**
 * mcp_text_escape_json:
 * @json: JSON text
 * @length: of @json, in bytes
 *
 * Writes characters that nobody sees, that a terminal obeys, or that change the order of reading,
 * as escapes, which JSON reads as the same. Any thread.
 *
 * Returns: (transfer full): JSON text, valid UTF-8
 */
char *
mcp_text_escape_json (const char *json, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (json, (gssize) length);
  GString *out = g_string_sized_new (length + 1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (is_plain (c))
        g_string_append_unichar (out, c);
      else if (c <= 0xffff)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_printf (out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
    }
  return g_string_free (out, FALSE);
}
