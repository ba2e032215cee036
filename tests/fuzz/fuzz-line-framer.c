/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "fuzz-target.h"
#include "protocol/mcp-line-framer.h"

#include <string.h>

/*
 * The first byte is the cap on a line's length; then comes the stream, in pieces
 * whose lengths its own bytes choose. The lines must be those that a plain look
 * at the whole stream finds.
 */

/* The next line that is not empty; NULL: none is whole, or *too_long. */
static const char *
find_line (const char **at, const char *end, gsize max_bytes, gsize *length, gboolean *too_long)
{
  while (*at < end)
    {
      const char *line = *at;
      const char *line_end = memchr (line, '\n', (gsize) (end - line));

      if (line_end == NULL)
        return NULL;
      *at = line_end + 1;
      *length = (gsize) (line_end - line);
      if (*length > 0 && line[*length - 1] == '\r')
        (*length)--;
      *too_long = *length > max_bytes;
      if (*too_long)
        return NULL;
      if (*length > 0)
        return line;
    }
  return NULL;
}

/* Takes all lines there are; FALSE: the framer gave up. */
static gboolean
take_lines (McpLineFramer *framer, const char **at, const char *end, gsize max_bytes)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) line = mcp_line_framer_next (framer, &error);
      gboolean too_long = FALSE;
      gsize length = 0;
      const char *expected;

      if (error != NULL)
        {
          g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
          g_assert_null (line);
          expected = find_line (at, end, max_bytes, &length, &too_long);
          /* found too long, or not whole yet and already longer */
          g_assert_true (too_long || (expected == NULL && (gsize) (end - *at) > max_bytes));
          return FALSE;
        }
      expected = find_line (at, end, max_bytes, &length, &too_long);
      g_assert_false (too_long);
      g_assert_true ((line == NULL) == (expected == NULL));
      if (line == NULL)
        return TRUE;
      g_assert_cmpmem (g_bytes_get_data (line, NULL), g_bytes_get_size (line), expected, length);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  const char *end = text + size;
  const char *pushed;
  const char *at;
  g_autoptr (McpLineFramer) framer = NULL;
  gsize max_bytes;

  if (size == 0)
    return 0;
  max_bytes = data[0];
  framer = mcp_line_framer_new (max_bytes);
  g_assert_null (mcp_line_framer_next (framer, NULL));
  for (pushed = at = text + 1; pushed < end;)
    {
      gsize length = 1 + (gsize) (guchar) *pushed % 32;

      length = MIN (length, (gsize) (end - pushed));
      mcp_line_framer_push (framer, pushed, length);
      pushed += length;
      if (!take_lines (framer, &at, pushed, max_bytes))
        {
          mcp_line_framer_push (framer, "ok\n", 3);
          g_assert_null (mcp_line_framer_next (framer, NULL));
          return 0;
        }
    }
  return 0;
}
