/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "fuzz-target.h"
#include "protocol/mcp-sse-parser.h"

#include <string.h>

/*
 * The first byte is the cap on an event's data; then comes the stream. In pieces, whose
 * lengths its own bytes choose, it must mean what it means as a whole: the same events,
 * ids, times and the same end.
 */

/* Returns: whether to go on */
static gboolean
take (McpSseParser *parser, const char *data, gsize length, gsize max_bytes, GString *trace)
{
  while (length > 0)
    {
      g_autoptr (GError) error = NULL;
      gsize before = length;
      g_autoptr (McpSseEvent) event = mcp_sse_parser_next (parser, &data, &length, &error);

      if (error != NULL)
        {
          g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
          g_assert_null (event);
          g_assert_cmpuint (length, ==, 0);
          g_string_append (trace, "too long");
          return FALSE;
        }
      g_assert_cmpuint (length, <, before);
      g_assert_true (event != NULL || length == 0);
      if (event == NULL)
        continue;
      g_assert_cmpuint (g_bytes_get_size (event->data), >, 0);
      g_assert_cmpuint (g_bytes_get_size (event->data), <=, max_bytes);
      g_string_append_printf (trace, "%s\n", event->type != NULL ? event->type : "");
      g_string_append_len (trace, g_bytes_get_data (event->data, NULL),
                           (gssize) g_bytes_get_size (event->data));
      g_string_append_printf (
          trace, "\n%s\n",
          mcp_sse_parser_get_last_id (parser) != NULL ? mcp_sse_parser_get_last_id (parser) : "");
    }
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data + 1;
  const char *end = (const char *) data + size;
  g_autoptr (McpSseParser) whole = NULL;
  g_autoptr (McpSseParser) pieces = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) trace = g_string_new (NULL);

  if (size == 0)
    return 0;
  whole = mcp_sse_parser_new (data[0]);
  take (whole, text, size - 1, data[0], expected);

  pieces = mcp_sse_parser_new (data[0]);
  while (text < end)
    {
      gsize length = MIN (1 + (gsize) (guchar) *text % 16, (gsize) (end - text));

      if (!take (pieces, text, length, data[0], trace))
        break;
      text += length;
    }
  g_assert_cmpmem (trace->str, trace->len, expected->str, expected->len);
  g_assert_cmpstr (mcp_sse_parser_get_last_id (pieces), ==, mcp_sse_parser_get_last_id (whole));
  g_assert_cmpint (mcp_sse_parser_get_retry_ms (pieces), ==, mcp_sse_parser_get_retry_ms (whole));
  return 0;
}
