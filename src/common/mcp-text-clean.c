/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-text-clean.h"

#include <string.h>

#define ZERO_WIDTH_JOINER 0x200d

/*
 * What could move the cursor, change colours, or make text read in another order than it has.
 * The joiner is kept for emoji made of several.
 */
static gboolean
is_hidden (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_FORMAT && c != ZERO_WIDTH_JOINER;
}

static gboolean
is_blank (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/**
 * mcp_text_clean:
 * @text: from anybody
 *
 * Makes one line of text that does nothing to a terminal, nor reads in another order than it has:
 * control characters become spaces, bidirectional controls and other invisible ones go. Any thread.
 *
 * Returns: (transfer full): valid UTF-8
 */
char *
mcp_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (is_blank (c))
        g_string_append_c (out, ' ');
      else if (!is_hidden (c))
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}
