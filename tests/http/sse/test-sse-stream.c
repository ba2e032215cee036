/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Event streams on their own: a listener, whose requests are all answered with a stream, and a
 * source that the test fills, from other threads too.
 */
#include "http/connection/mcp-http-connection-exchange.h"
#include "http/connection/mcp-http-listener.h"
#include "http/sse/mcp-sse-stream.h"
#include "mcp-test-await.h"
#include "mcp-test-socket.h"
#include "session/events/mcp-event-queue.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PUSHERS  4
#define PER_PUSH 5000

typedef struct
{
  McpLimits limits;
  McpHttpListener *listener;
  McpSseFlusher *flusher;
  McpEventQueue *queue; /* (element-type GBytes) */
  McpSseStream *stream; /* (owned) (nullable) the last one opened */
  guint n_closed;
  guint16 port;
} Fixture;

static gboolean
fill (McpSseBatch *batch, gpointer user_data)
{
  Fixture *f = user_data;

  while (!mcp_sse_batch_is_full (batch))
    {
      guint64 missed;
      g_autoptr (GBytes) json = mcp_event_queue_pop (f->queue, &missed);

      if (missed > 0)
        mcp_sse_batch_append_lagged (batch, missed);
      if (json == NULL)
        return mcp_event_queue_get_reason (f->queue) == NULL;
      mcp_sse_batch_append_event (batch, 0, NULL, json);
    }
  return TRUE;
}

static void
closed (gpointer user_data)
{
  Fixture *f = user_data;

  mcp_event_queue_set_notify (f->queue, NULL, NULL, NULL);
  f->n_closed++;
}

static void
notify_cb (McpEventQueue *queue, gpointer user_data)
{
  mcp_sse_stream_wake (user_data);
}

static void
send_head (McpHttpConnection *connection, McpRequestHead *head, GBytes *body)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  g_autoptr (GBytes) bytes = mcp_request_head_to_bytes (head, g_bytes_get_size (body));
  g_autoptr (GIOStream) exchange = mcp_http_connection_exchange_open (connection, bytes, body);
  GOutputStream *output = g_io_stream_get_output_stream (exchange);
  gssize n_sent = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output),
                                                              answer, strlen (answer), NULL, NULL);

  g_assert_cmpint (n_sent, ==, strlen (answer));
}

static void
request_cb (McpHttpConnection *connection, McpRequestHead *head, GBytes *body, gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_pointer (&f->stream, mcp_sse_stream_unref);
  f->stream = mcp_sse_stream_new (f->flusher, fill, f, closed);
  mcp_event_queue_set_notify (f->queue, notify_cb, mcp_sse_stream_ref (f->stream),
                              (GDestroyNotify) mcp_sse_stream_unref);
  send_head (connection, head, body);
  mcp_sse_stream_begin (f->stream, connection);
}

static void
fixture_init (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  mcp_limits_init_defaults (&f->limits);
  f->flusher = mcp_sse_flusher_new ();
  f->queue = mcp_event_queue_new (64, (GDestroyNotify) g_bytes_unref);
  f->listener = mcp_http_listener_new (&f->limits, request_cb, f);
  f->port = mcp_http_listener_add_tcp (f->listener, 0, &error);
  g_assert_no_error (error);
}

static void
fixture_clear (Fixture *f)
{
  mcp_sse_flusher_close (f->flusher);
  mcp_http_listener_close (f->listener);
  g_clear_pointer (&f->stream, mcp_sse_stream_unref);
  mcp_test_settle ();
  g_assert_finalize_object (f->listener);
  g_clear_pointer (&f->flusher, mcp_sse_flusher_unref);
  g_clear_pointer (&f->queue, mcp_event_queue_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static int
open_stream (Fixture *f)
{
  int fd = mcp_test_socket_connect_tcp (f->port);
  g_autofree char *head = NULL;

  mcp_test_socket_send_text (fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  head = mcp_test_socket_read_answer (fd);
  g_assert_true (g_str_has_suffix (head, "\r\n\r\n"));
  return fd;
}

static void
push (Fixture *f, const char *json)
{
  mcp_event_queue_push (f->queue, g_bytes_new (json, strlen (json)));
}

typedef struct
{
  Fixture *f;
  guint id;
  int *n_left; /* atomic */
} Pusher;

static gpointer
push_many (gpointer user_data)
{
  Pusher *pusher = user_data;

  for (guint i = 0; i < PER_PUSH; i++)
    {
      char json[32];

      g_snprintf (json, sizeof json, "[%u,%u]", pusher->id, i);
      push (pusher->f, json);
      if (i % 16 == 0)
        g_thread_yield ();
    }
  if (g_atomic_int_dec_and_test (pusher->n_left))
    mcp_event_queue_close (pusher->f->queue, "done");
  return NULL;
}

static gpointer
read_all (gpointer user_data)
{
  int fd = GPOINTER_TO_INT (user_data);
  GString *text = g_string_new (NULL);
  char buffer[8192];
  gssize n;

  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (text, buffer, n);
  close (fd);
  return text;
}

static void
test_threads (void)
{
  g_auto (Fixture) f = { 0 };
  Pusher pushers[PUSHERS];
  GThread *threads[PUSHERS], *reader;
  guint next[PUSHERS] = { 0 };
  guint64 n_read = 0, n_missed = 0, missed;
  int n_left = PUSHERS;
  g_autoptr (GString) text = NULL;
  g_auto (GStrv) frames = NULL;
  gint64 deadline_us = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  g_test_summary ("What threads push is read in order or counted as missed, to the last item");
  fixture_init (&f);
  reader = g_thread_new ("reader", read_all, GINT_TO_POINTER (open_stream (&f)));
  for (guint i = 0; i < PUSHERS; i++)
    {
      pushers[i] = (Pusher){ &f, i, &n_left };
      threads[i] = g_thread_new ("pusher", push_many, &pushers[i]);
    }
  while (f.n_closed == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
    }
  for (guint i = 0; i < PUSHERS; i++)
    g_thread_join (threads[i]);
  /* The connection goes when the reader has seen its end. */
  while (mcp_http_listener_get_n_connections (f.listener) > 0)
    g_main_context_iteration (NULL, TRUE);
  text = g_thread_join (reader);

  frames = g_strsplit (text->str, "\n\n", -1);
  for (char **frame = frames; **frame != '\0'; frame++)
    {
      guint pusher, i;

      if (sscanf (*frame, "event: lagged\ndata: {\"missed\": %" G_GUINT64_FORMAT "}", &missed) == 1)
        {
          n_missed += missed;
          continue;
        }
      g_assert_cmpint (sscanf (*frame, "data: [%u,%u]", &pusher, &i), ==, 2);
      g_assert_cmpuint (pusher, <, PUSHERS);
      g_assert_cmpuint (i, >=, next[pusher]);
      next[pusher] = i + 1;
      n_read++;
    }
  g_test_message ("%u read", (guint) n_read);
  g_assert_cmpuint (n_read, >, 64);
  g_assert_cmpuint (n_read + n_missed, ==, PUSHERS * PER_PUSH);
}

static void
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_after_flush (void)
{
  g_auto (Fixture) f = { 0 };
  guint n_called = 0;
  guint both[2] = { 0 };
  char buffer[64];
  int fd;

  g_test_summary (
      "Who waits for a round is called once what was pending is written, or only freed");
  fixture_init (&f);
  fd = open_stream (&f);
  push (&f, "1");
  mcp_sse_flusher_call_after_flush (f.flusher, count_cb, &n_called, count_cb);
  while (n_called == 0)
    g_main_context_iteration (NULL, TRUE);
  /* Called, then freed. */
  g_assert_cmpuint (n_called, ==, 2);
  g_assert_cmpint (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT), ==, strlen ("data: 1\n\n"));
  g_assert_cmpmem (buffer, strlen ("data: 1\n\n"), "data: 1\n\n", strlen ("data: 1\n\n"));

  mcp_sse_flusher_call_after_flush (f.flusher, count_cb, &both[0], count_cb);
  mcp_sse_flusher_close (f.flusher);
  mcp_sse_flusher_call_after_flush (f.flusher, count_cb, &both[1], count_cb);
  /* The first was called by the last round. */
  g_assert_cmpuint (both[0], ==, 2);
  g_assert_cmpuint (both[1], ==, 1);
  g_assert_cmpuint (f.n_closed, ==, 1);
  close (fd);
}

static void
test_at_once (void)
{
  g_auto (Fixture) f = { 0 };
  gint64 worst_us = 0;
  int fd;

  g_test_summary ("A lone event is written in the next turn of the main loop");
  fixture_init (&f);
  fd = open_stream (&f);
  for (guint i = 0; i < 20; i++)
    {
      char buffer[64];
      guint n_turns = 0;
      gint64 began_us = g_get_monotonic_time ();

      push (&f, "1");
      while (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) <= 0)
        {
          g_main_context_iteration (NULL, TRUE);
          n_turns++;
        }
      worst_us = MAX (worst_us, g_get_monotonic_time () - began_us);
      g_assert_cmpuint (n_turns, <=, 3);
    }
  g_test_message ("at most %d us", (int) worst_us);
  close (fd);
}

static void
test_source_closes (void)
{
  g_auto (Fixture) f = { 0 };
  int fd;

  g_test_summary ("A stream may be closed by its owner, also twice and after its end");
  fixture_init (&f);
  fd = open_stream (&f);
  g_assert_cmpuint (mcp_sse_flusher_get_n_streams (f.flusher), ==, 1);
  mcp_sse_stream_close (f.stream);
  mcp_sse_stream_close (f.stream);
  mcp_sse_stream_wake (f.stream);
  g_assert_cmpuint (f.n_closed, ==, 1);
  g_assert_cmpuint (mcp_sse_flusher_get_n_streams (f.flusher), ==, 0);
  close (fd);

  mcp_event_queue_close (f.queue, "done");
  fd = open_stream (&f);
  while (f.n_closed < 2)
    g_main_context_iteration (NULL, TRUE);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/sse-stream/threads", test_threads);
  g_test_add_func ("/http/sse-stream/after-flush", test_after_flush);
  g_test_add_func ("/http/sse-stream/at-once", test_at_once);
  g_test_add_func ("/http/sse-stream/source-closes", test_source_closes);

  return g_test_run ();
}
