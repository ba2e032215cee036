/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "protocol/mcp-sse-parser.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text;
  const char *events; /* type=data, with "|" after each */
  const char *last_id;
  gint64 retry_ms;
} Stream;

static const Stream streams[] = {
  { "one", "data: a\n\n", "=a|", NULL, -1 },
  { "no-space", "data:a\n\n", "=a|", NULL, -1 },
  { "two-spaces", "data:  a\n\n", "= a|", NULL, -1 },
  { "lines", "data: a\ndata\ndata: b\n\n", "=a\n\nb|", NULL, -1 },
  { "crlf", "data: a\r\n\r\ndata: b\r\n\r\n", "=a|=b|", NULL, -1 },
  { "cr", "data: a\r\rdata: b\r\r", "=a|=b|", NULL, -1 },
  { "mixed", "data: a\rdata: b\n\r\ndata: c\r\n\n", "=a\nb|=c|", NULL, -1 },
  { "type", "event: x\ndata: a\n\ndata: b\n\n", "x=a|=b|", NULL, -1 },
  { "type-empty", "event: x\nevent:\ndata: a\n\n", "=a|", NULL, -1 },
  { "type-without-data", "event: x\n\ndata: a\n\n", "=a|", NULL, -1 },
  { "comment", ":\n: c\ndata: a\n:data: b\n\n", "=a|", NULL, -1 },
  { "unknown", "datum: x\ndat: x\ndata2: x\nDATA: x\n data: x\ndata: a\n\n", "=a|", NULL, -1 },
  { "long-name", "retryretryretry: 5\ndata: a\n\n", "=a|", NULL, -1 },
  { "no-end", "data: a\n\ndata: b\n", "=a|", NULL, -1 },
  { "colon", "data: {\"a\": \"b:c\"}\n\n", "={\"a\": \"b:c\"}|", NULL, -1 },
  { "mark",
    "\xef\xbb\xbf"
    "data: a\n\n",
    "=a|", NULL, -1 },
  { "half-mark",
    "\xef\xbb"
    "data: a\n\ndata: b\n\n",
    "=b|", NULL, -1 },
  { "mark-later",
    "data: a\n\n\xef\xbb\xbf"
    "data: b\n\n",
    "=a|", NULL, -1 },
  { "id", "id: 7\ndata: a\n\ndata: b\n\n", "=a|=b|", "7", -1 },
  { "id-alone", "id: 7\ndata: \n\n", "", "7", -1 },
  { "id-not-yet", "id: 7\n\nid: 8\ndata: a\n", "", "7", -1 },
  { "id-reset", "id: 7\n\nid\n\n", "", "", -1 },
  { "retry", "retry: 250\n\n", "", NULL, 250 },
  { "retry-bad", "retry: 250\nretry: -1\nretry: 2s\nretry:\nretry: 99999999999999999999\n", "",
    NULL, 250 },
  { "empty", "\n\n\r\n", "", NULL, -1 },
};

static void
collect (McpSseParser *parser, const char *data, gsize length, GString *events)
{
  while (length > 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (McpSseEvent) event = mcp_sse_parser_next (parser, &data, &length, &error);

      g_assert_no_error (error);
      if (event == NULL)
        continue;
      g_string_append_printf (events, "%s=", event->type != NULL ? event->type : "");
      g_string_append_len (events, g_bytes_get_data (event->data, NULL),
                           (gssize) g_bytes_get_size (event->data));
      g_string_append_c (events, '|');
    }
}

static void
test_stream (gconstpointer data)
{
  const Stream *stream = data;
  gsize length = strlen (stream->text);

  g_test_summary ("A stream means the same in pieces of any size");
  for (gsize size = 1; size <= length; size++)
    {
      g_autoptr (McpSseParser) parser = mcp_sse_parser_new (100);
      g_autoptr (GString) events = g_string_new (NULL);

      for (gsize at = 0; at < length; at += size)
        collect (parser, stream->text + at, MIN (size, length - at), events);
      g_assert_cmpstr (events->str, ==, stream->events);
      g_assert_cmpstr (mcp_sse_parser_get_last_id (parser), ==, stream->last_id);
      g_assert_cmpint (mcp_sse_parser_get_retry_ms (parser), ==, stream->retry_ms);
    }
}

static void
test_nul (void)
{
  static const char text[] = "id: a\ndata: 1\n\nid: b\0c\nevent: x\0y\ndata: 2\0003\n\n";
  g_autoptr (McpSseParser) parser = mcp_sse_parser_new (100);
  const char *at = text;
  gsize length = sizeof text - 1;
  g_autoptr (McpSseEvent) first = mcp_sse_parser_next (parser, &at, &length, NULL);
  g_autoptr (McpSseEvent) second = mcp_sse_parser_next (parser, &at, &length, NULL);

  g_test_summary ("An id with a NUL is none; data may hold one");
  g_assert_nonnull (first);
  g_assert_cmpmem (g_bytes_get_data (second->data, NULL), g_bytes_get_size (second->data), "2\0003",
                   3);
  g_assert_null (second->type);
  g_assert_cmpstr (mcp_sse_parser_get_last_id (parser), ==, "a");
}

static void
test_cap (gconstpointer text)
{
  g_autoptr (McpSseParser) parser = mcp_sse_parser_new (5);
  g_autoptr (GString) events = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  const char *at = text;
  gsize length = strlen (text);

  g_test_summary ("An event of the cap's length is taken, a longer one never");
  collect (parser, "data: 12345\n\ndata: 12\ndata: 45\n\n", 32, events);
  g_assert_cmpstr (events->str, ==, "=12345|=12\n45|");
  g_assert_null (mcp_sse_parser_next (parser, &at, &length, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (length, ==, 0);

  at = "data: 1\n\n";
  length = strlen (at);
  g_assert_null (mcp_sse_parser_next (parser, &at, &length, &again));
  g_assert_error (again, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
}

static void
test_endless (void)
{
  g_autoptr (McpSseParser) parser = mcp_sse_parser_new (5);
  g_autoptr (GString) events = g_string_new (NULL);
  g_autofree char *piece = g_strnfill (100000, 'x');

  g_test_summary ("Comments, unknown fields, ids and types of any length are passed over");
  for (guint i = 0; i < 4; i++)
    {
      static const char *const starts[] = { ":", "y", "id:", "event:" };

      collect (parser, starts[i], strlen (starts[i]), events);
      collect (parser, piece, 100000, events);
      collect (parser, "\n", 1, events);
    }
  collect (parser, "data: a\n\n", 9, events);
  g_assert_cmpstr (events->str, ==, "=a|");
  g_assert_null (mcp_sse_parser_get_last_id (parser));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      g_autofree char *path = g_strconcat ("/protocol/sse-parser/stream/", streams[i].name, NULL);

      g_test_add_data_func (path, &streams[i], test_stream);
    }
  g_test_add_func ("/protocol/sse-parser/nul", test_nul);
  g_test_add_data_func ("/protocol/sse-parser/cap/line", "data: 123456\n\n", test_cap);
  g_test_add_data_func ("/protocol/sse-parser/cap/lines", "data: 123\ndata: 56\n\n", test_cap);
  g_test_add_data_func ("/protocol/sse-parser/cap/empty-lines",
                        "data\ndata\ndata\ndata\ndata\ndata\ndata\n", test_cap);
  g_test_add_func ("/protocol/sse-parser/endless", test_endless);
  return g_test_run ();
}
