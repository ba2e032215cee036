/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * JSON as people write it: with comments, commas before a closing bracket, and a byte order mark.
 */
#include "upstream/config/mcp-jsonc.h"

#include <string.h>

/* Returns: how long the comment at @at is; 0: none begins there. One without an end goes to the
   end of the text, and what is left then is no JSON. */
static gsize
measure_comment (const char *at, const char *end)
{
  const char *close;

  if (end - at < 2 || at[0] != '/')
    return 0;
  if (at[1] == '/')
    {
      close = memchr (at, '\n', (gsize) (end - at));
      return (gsize) ((close != NULL ? close : end) - at);
    }
  if (at[1] != '*')
    return 0;
  close = memmem (at + 2, (gsize) (end - at - 2), "*/", 2);
  return close != NULL ? (gsize) (close + 2 - at) : (gsize) (end - at);
}

static gsize
measure_string (const char *at, const char *end)
{
  const char *start = at++;

  while (at < end && *at != '"')
    at += *at == '\\' && at + 1 < end ? 2 : 1;
  return (gsize) (MIN (at + 1, end) - start);
}

/* Line ends stay, so that the lines of an error are those of the file. */
static void
blank (char *at, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (at[i] != '\n')
      at[i] = ' ';
}

/**
 * mcp_jsonc_to_json:
 * @text: any bytes
 * @length: of @text
 *
 * Replaces comments, commas before a closing bracket and a byte order mark by blanks; everything
 * else stays where it is. Any thread.
 *
 * Returns: (transfer full): as many bytes as @text has, and a NUL
 */
char *
mcp_jsonc_to_json (const char *text, gsize length)
{
  char *json = g_malloc (length + 1);
  char *end = json + length;
  char *comma = NULL;

  memcpy (json, text, length);
  *end = '\0';
  if (length >= 3 && memcmp (json, "\xef\xbb\xbf", 3) == 0)
    blank (json, 3);
  for (char *at = json; at < end;)
    {
      gsize comment = measure_comment (at, end);

      if (comment > 0)
        {
          blank (at, comment);
          at += comment;
          continue;
        }
      if (comma != NULL && (*at == '}' || *at == ']'))
        *comma = ' ';
      if (strchr (" \t\r\n", *at) == NULL || *at == '\0')
        comma = *at == ',' ? at : NULL;
      at += *at == '"' ? measure_string (at, end) : 1;
    }
  return json;
}
