/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "mcp-test-http.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLEEPERS 200

static gsize
get_rss (void)
{
  g_autofree char *statm = NULL;
  gulong pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (sscanf (statm, "%*u %lu", &pages), ==, 1);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}

static void
test_sleepers (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autofree char *message = g_strnfill (1000, 'm');
  McpProgressFields fields = { .message = message };
  McpTestStream *streams[SLEEPERS];
  gsize full_rss, grown;
  guint n_fds = mcp_test_count_fds ();

  g_test_summary ("Readers that never read stop costing more, and leave nothing behind");
  for (guint i = 0; i < SLEEPERS; i++)
    streams[i] = mcp_test_stream_open_events (f, session, token);

  /* Fills sockets, batches and queues. */
  for (guint i = 0; i < 1000; i++)
    {
      mcp_session_publish (session, &fields);
      if (i % 32 == 0)
        mcp_test_http_fence (f);
    }
  full_rss = get_rss ();
  /* Each sleeper would have to keep 20 MB of these. */
  for (guint i = 0; i < 20000; i++)
    {
      mcp_session_publish (session, &fields);
      if (i % 500 == 0)
        mcp_test_http_fence (f);
    }
  grown = get_rss () - MIN (full_rss, get_rss ());
  g_test_message ("%" G_GSIZE_FORMAT " kB more", grown / 1024);
#ifndef __SANITIZE_ADDRESS__ /* keeps freed memory in quarantine */
  g_assert_cmpuint (grown, <, 8 * 1024 * 1024);
#endif

  for (guint i = 0; i < SLEEPERS; i++)
    mcp_test_stream_free (streams[i]);
  mcp_test_http_wait_streams (f, 0);
  mcp_test_http_wait_connections (f, 0);
  g_assert_cmpuint (mcp_session_get_n_subscribers (session), ==, 0);
  g_assert_cmpuint (mcp_test_count_fds (), ==, n_fds);
}

static void
test_shutdown (void)
{
  McpTestHttp *f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autoptr (McpTestStream) stream = mcp_test_stream_open_events (f, session, token);
  g_autoptr (McpTestStream) owner = mcp_test_stream_open (f, MCP_TEST_UNIX, "/events", NULL);
  g_autoptr (McpTestStream) idle = mcp_test_stream_connect (f, MCP_TEST_TCP);
  g_autoptr (McpTestStream) slow = mcp_test_stream_connect (f, MCP_TEST_TCP);
  McpProgressFields fields = { .progress = 1 };
  g_autofree char *last = NULL;
  g_autofree char *owners_event = NULL;
  g_autofree char *owners_removal = NULL;
  g_autofree char *owners_last = NULL;

  g_test_summary ("A server that ends tells its event streams why, and goes with live clients");
  mcp_test_stream_send (slow, "GET /hea", 8);
  mcp_test_http_fence (f);
  mcp_session_publish (session, &fields);
  mcp_test_http_free (f);

  g_free (mcp_test_stream_read_frame (stream));
  last = mcp_test_stream_read_frame (stream);
  g_assert_cmpstr (last, ==, "event: closed\ndata: {\"reason\":\"shutdown\"}\n\n");
  mcp_test_stream_expect_eof (stream);

  owners_event = mcp_test_stream_read_frame (owner);
  g_assert_true (g_str_has_prefix (owners_event, "id: "));
  owners_removal = mcp_test_stream_read_frame (owner);
  g_assert_true (g_str_has_prefix (owners_removal, "event: session-removed\n"));
  owners_last = mcp_test_stream_read_frame (owner);
  g_assert_cmpstr (owners_last, ==, "event: closed\ndata: {\"reason\":\"shutdown\"}\n\n");
  mcp_test_stream_expect_eof (owner);
  mcp_test_stream_expect_eof (idle);
}

static void
test_stop (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autoptr (McpTestStream) stream = mcp_test_stream_open_events (f, session, token);
  McpProgressFields fields = { .progress = 1 };
  g_autofree char *frame = NULL;

  g_test_summary ("A server that is stopped goes on serving the streams it has");
  mcp_http_server_stop (f->server);
  mcp_session_publish (session, &fields);
  frame = mcp_test_stream_read_frame (stream);
  g_assert_true (g_str_has_prefix (frame, "id: 1\n"));
}

static void
test_close_twice (void)
{
  g_autoptr (McpTestHttp) f = mcp_test_http_new ();
  g_autofree char *token = NULL;
  McpSession *session = mcp_test_http_create_session (f, &token);
  g_autoptr (McpTestStream) stream = mcp_test_stream_open_events (f, session, token);
  McpProgressFields fields = { .progress = 1 };
  g_autoptr (McpEventQueue) queue = NULL;
  guint64 none = 0;

  g_test_summary ("A closed server may be closed again, and events go on without it");
  mcp_http_server_close (f->server);
  g_assert_cmpuint (mcp_http_server_get_n_streams (f->server), ==, 0);
  g_assert_cmpuint (mcp_session_get_n_subscribers (session), ==, 0);
  mcp_http_server_close (f->server);
  mcp_session_publish (session, &fields);
  mcp_test_settle ();
  queue = mcp_session_subscribe (session, MCP_SUBSCRIBER_STREAM, &none, NULL);
  g_assert_cmpuint (mcp_event_queue_get_length (queue), ==, 1);
  mcp_session_unsubscribe (session, queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/close/sleepers", test_sleepers);
  g_test_add_func ("/http/close/shutdown", test_shutdown);
  g_test_add_func ("/http/close/stop", test_stop);
  g_test_add_func ("/http/close/twice", test_close_twice);

  return g_test_run ();
}
