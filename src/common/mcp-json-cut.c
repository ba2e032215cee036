/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json-cut.h"

#include <string.h>

/* Of an escape: a short one, one with a number, or a pair of surrogates. */
static gsize
get_escape_length (const char *escape)
{
  if (escape[1] != 'u')
    return 2;
  /* Half of a pair may stand alone. */
  return (escape[2] == 'd' || escape[2] == 'D') && strchr ("89abAB", escape[3]) != NULL &&
                 escape[6] == '\\' && escape[7] == 'u'
             ? 12
             : 6;
}

/* Returns: a place at most @max bytes behind the beginning of a string, and not within a character
 * or an escape */
static gsize
find_cut (McpJsonSlice string, gsize max)
{
  gsize end = 1;
  gsize next = 1;

  while (next <= max)
    {
      end = next;
      if (string.data[end] == '\\')
        next = end + get_escape_length (string.data + end);
      else
        next = end + (gsize) g_utf8_skip[(guchar) string.data[end]];
    }
  return end;
}

/**
 * mcp_json_cut_dup_string:
 * @string: a string of an accepted text
 * @max: how many bytes of JSON count
 *
 * As mcp_json_dup_string(), but of a longer string only the beginning, which ends with a whole
 * character. What is left out costs nothing. Any thread.
 *
 * Returns: (transfer full) (nullable): UTF-8, or %NULL where it would hold U+0000
 */
char *
mcp_json_cut_dup_string (McpJsonSlice string, gsize max)
{
  g_autoptr (GString) text = NULL;

  if (string.length <= max)
    return mcp_json_dup_string (string);
  text = g_string_new_len (string.data, (gssize) find_cut (string, max));
  g_string_append_c (text, '"');
  return mcp_json_dup_string ((McpJsonSlice){ text->str, text->len });
}
