/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/sse/mcp-sse-batch.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
assert_bytes (McpSseBatch *batch, const char *expected)
{
  g_autoptr (GBytes) bytes = mcp_sse_batch_to_bytes (batch);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                   strlen (expected));
  g_assert_cmpuint (mcp_sse_batch_get_size (batch), ==, strlen (expected));
}

static void
append (McpSseBatch *batch, guint64 id, const char *name, const char *json)
{
  g_autoptr (GBytes) bytes = g_bytes_new (json, strlen (json));

  mcp_sse_batch_append_event (batch, id, name, bytes);
}

static void
test_frames (void)
{
  McpSseBatch batch;

  g_test_summary ("Each kind of frame has its fields, and one empty line at its end");
  mcp_sse_batch_init (&batch);
  g_assert_true (mcp_sse_batch_is_empty (&batch));

  append (&batch, 1, NULL, "{\"a\":1}");
  append (&batch, G_MAXUINT64, NULL, "2");
  append (&batch, 0, NULL, "3");
  append (&batch, 10, "session-added", "4");
  mcp_sse_batch_append_lagged (&batch, 70);
  mcp_sse_batch_append_comment (&batch);
  mcp_sse_batch_append_closed (&batch, "shutdown");
  assert_bytes (&batch, "id: 1\ndata: {\"a\":1}\n\n"
                        "id: 18446744073709551615\ndata: 2\n\n"
                        "data: 3\n\n"
                        "event: session-added\nid: 10\ndata: 4\n\n"
                        "event: lagged\ndata: {\"missed\": 70}\n\n"
                        ": keep-alive\n\n"
                        "event: closed\ndata: {\"reason\":\"shutdown\"}\n\n");

  mcp_sse_batch_reset (&batch);
  assert_bytes (&batch, "");
  mcp_sse_batch_clear (&batch);
}

static void
test_line_ends (void)
{
  McpSseBatch batch;

  g_test_summary ("Line ends between the tokens of JSON do not end a data field");
  mcp_sse_batch_init (&batch);
  append (&batch, 0, NULL, "{\r\n \"a\": \"\\n\",\n\"b\":\r2}");
  assert_bytes (&batch, "data: {   \"a\": \"\\n\", \"b\": 2}\n\n");
  mcp_sse_batch_clear (&batch);
}

static char *
make_large (gsize length, char line_end)
{
  char *json = g_malloc (length + 1);

  memset (json, 'x', length);
  json[0] = json[length - 1] = '"';
  json[length] = '\0';
  if (line_end != 0)
    json[length - 1] = line_end;
  return json;
}

static void
test_large (void)
{
  g_autofree char *plain = make_large (100000, 0);
  g_autofree char *ended = make_large (100000, '\n');
  g_autofree char *formatted = g_strconcat ("data: 1\n\nid: 7\ndata: ", plain, "\n\n", NULL);
  g_autofree char *expected = g_strdup (formatted);
  g_autoptr (GBytes) frame = g_bytes_new (formatted, strlen (formatted));
  McpSseBatch batch;

  g_test_summary ("A large event fills a batch, and has the same frame as a small one");
  mcp_sse_batch_init (&batch);
  append (&batch, 0, NULL, "1");
  g_assert_false (mcp_sse_batch_is_full (&batch));
  append (&batch, 7, NULL, plain);
  g_assert_true (mcp_sse_batch_is_full (&batch));
  assert_bytes (&batch, expected);

  mcp_sse_batch_reset (&batch);
  append (&batch, 0, NULL, ended);
  ended[strlen (ended) - 1] = ' ';
  g_free (expected);
  expected = g_strconcat ("data: ", ended, "\n\n", NULL);
  assert_bytes (&batch, expected);

  mcp_sse_batch_reset (&batch);
  mcp_sse_batch_append_frame (&batch, frame);
  g_assert_true (mcp_sse_batch_is_full (&batch));
  assert_bytes (&batch, formatted);
  mcp_sse_batch_clear (&batch);
}

static void
test_full (void)
{
  McpSseBatch batch;
  g_autofree char *json = make_large (16000, 0);

  g_test_summary ("A batch of small events is full before it reaches 64 KiB");
  mcp_sse_batch_init (&batch);
  while (!mcp_sse_batch_is_full (&batch))
    append (&batch, G_MAXUINT64, NULL, json);
  g_assert_cmpuint (mcp_sse_batch_get_size (&batch), <=, 64 * 1024);
  g_assert_cmpuint (mcp_sse_batch_get_size (&batch), >, 32 * 1024);
  mcp_sse_batch_clear (&batch);
}

static void
test_rest (void)
{
  g_autofree char *large = make_large (20000, 0);
  g_autoptr (GBytes) whole = NULL;
  McpSseBatch batch;

  g_test_summary ("What was not sent is kept, wherever the cut is");
  mcp_sse_batch_init (&batch);
  append (&batch, 0, NULL, "1");
  append (&batch, 7, NULL, large);
  whole = mcp_sse_batch_to_bytes (&batch);

  for (gsize cut = 0; cut <= g_bytes_get_size (whole);
       cut += cut < 40 || cut + 20 > g_bytes_get_size (whole) ? 1 : 371)
    {
      g_autoptr (GBytes) end = g_bytes_new_from_bytes (whole, cut, g_bytes_get_size (whole) - cut);
      g_autoptr (GBytes) got = NULL;
      McpSseBatch rest;

      mcp_sse_batch_copy_rest (&batch, cut, &rest);
      got = mcp_sse_batch_to_bytes (&rest);
      g_assert_true (g_bytes_equal (got, end));
      g_assert_cmpuint (mcp_sse_batch_get_size (&rest), ==, g_bytes_get_size (end));
      mcp_sse_batch_clear (&rest);
    }
  mcp_sse_batch_clear (&batch);
}

static void
test_send (void)
{
  g_autofree char *large = make_large (3000000, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GBytes) whole = NULL;
  McpSseBatch batch;
  gsize offset = 0;
  int fds[2];

  g_test_summary ("A batch goes out in pieces as the socket takes them; a closed one is an error");
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
  mcp_sse_batch_init (&batch);
  append (&batch, 0, NULL, "1");
  append (&batch, 7, NULL, large);
  whole = mcp_sse_batch_to_bytes (&batch);
  while (got->len < g_bytes_get_size (whole))
    {
      char buffer[70000];
      gssize n = mcp_sse_batch_send (&batch, offset, fds[0], &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, >=, 0);
      offset += (gsize) n;
      n = recv (fds[1], buffer, sizeof buffer, 0);
      g_assert_cmpint (n, >, 0);
      g_string_append_len (got, buffer, n);
    }
  g_assert_cmpmem (got->str, got->len, g_bytes_get_data (whole, NULL), g_bytes_get_size (whole));
  g_assert_cmpuint (offset, ==, got->len);

  close (fds[1]);
  g_assert_cmpint (mcp_sse_batch_send (&batch, 0, fds[0], &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  close (fds[0]);
  mcp_sse_batch_clear (&batch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/sse-batch/frames", test_frames);
  g_test_add_func ("/http/sse-batch/line-ends", test_line_ends);
  g_test_add_func ("/http/sse-batch/large", test_large);
  g_test_add_func ("/http/sse-batch/full", test_full);
  g_test_add_func ("/http/sse-batch/rest", test_rest);
  g_test_add_func ("/http/sse-batch/send", test_send);

  return g_test_run ();
}
