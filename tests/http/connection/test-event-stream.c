/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Event streams, whose socket the SSE code writes to: what the connection still does for them. */
#include "http-fixture.h"

#include "http/connection/mcp-http-connection-exchange.h"
#include "http/connection/mcp-http-connection-stream.h"
#include "mcp-http-connection-setup-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GET_STREAM "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"

static void
write_event (HttpFixture *f, const char *text)
{
  g_assert_cmpint (send (f->stream_socket, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
}

static int
open_stream (HttpFixture *f, int fd)
{
  g_autofree char *head = NULL;

  mcp_test_socket_send_text (fd, GET_STREAM);
  head = mcp_test_socket_read_answer (fd);
  g_assert_cmpuint (mcp_test_socket_get_status (head), ==, 200);
  g_assert_nonnull (strstr (head, "\r\nContent-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (head, "\r\nConnection: close\r\n"));
  g_assert_null (strstr (head, "\r\nTransfer-Encoding"));
  AWAIT (f->stream != NULL);
  return fd;
}

static void
assert_reads (int fd, const char *expected)
{
  g_autofree char *text = g_malloc0 (strlen (expected) + 1);
  gsize n_read = 0;

  while (n_read < strlen (expected))
    {
      gssize n = recv (fd, text + n_read, strlen (expected) - n_read, 0);

      g_assert_cmpint (n, >, 0);
      n_read += (gsize) n;
    }
  g_assert_cmpstr (text, ==, expected);
}

static void
test_write (HttpFixture *f, gconstpointer data)
{
  int fd = open_stream (f, http_connect (f));
  int value = 0;
  socklen_t length = sizeof value;

  g_test_summary ("What is written to the socket follows the head; the socket is set up for it");
  g_assert_cmphex (fcntl (f->stream_socket, F_GETFL) & O_NONBLOCK, ==, O_NONBLOCK);
  getsockopt (f->stream_socket, IPPROTO_TCP, TCP_NODELAY, &value, &length);
  g_assert_cmpint (value, ==, 1);
  getsockopt (f->stream_socket, SOL_SOCKET, SO_KEEPALIVE, &value, &length);
  g_assert_cmpint (value, ==, 1);

  write_event (f, "data: 1\n\n");
  write_event (f, "data: 2\n\n");
  assert_reads (fd, "data: 1\n\ndata: 2\n\n");
  mcp_test_settle ();
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 1);
  close (fd);
  AWAIT (f->n_peer_gone == 1);
}

static void
check_vanishing (HttpFixture *f, int fd)
{
  open_stream (f, fd);
  mcp_test_settle ();
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
  close (fd);
  AWAIT (f->n_peer_gone == 1);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 0);
  g_assert_cmpint (fcntl (f->stream_socket, F_GETFD), <, 0);

  /* what comes too late does no harm */
  mcp_http_connection_stream_watch_writable (f->stream, NULL, NULL);
  mcp_http_connection_stream_end (f->stream);
  mcp_test_settle ();
  g_assert_cmpuint (f->n_peer_gone, ==, 1);
}

static void
test_vanishing_tcp (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A TCP watcher that closes is noticed although nothing is written");
  check_vanishing (f, http_connect (f));
}

static void
test_vanishing_unix (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A Unix watcher that closes is noticed although nothing is written");
  check_vanishing (f, mcp_test_socket_connect_unix (f->socket_path));
}

static void
check_half_closed (HttpFixture *f, int fd)
{
  gint64 until = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;

  open_stream (f, fd);
  shutdown (fd, SHUT_WR);
  AWAIT (g_get_monotonic_time () > until);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
  write_event (f, "data: 1\n\n");
  assert_reads (fd, "data: 1\n\n");

  close (fd);
  AWAIT (f->n_peer_gone == 1);
}

static void
test_half_closed_tcp (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A TCP watcher that only sends no more goes on watching, and its end is noticed");
  check_half_closed (f, http_connect (f));
}

static void
test_half_closed_unix (HttpFixture *f, gconstpointer data)
{
  g_test_summary (
      "A Unix watcher that only sends no more goes on watching, and its end is noticed");
  check_half_closed (f, mcp_test_socket_connect_unix (f->socket_path));
}

static void
test_input (HttpFixture *f, gconstpointer data)
{
  int fd = open_stream (f, http_connect (f));
  g_autofree char *filling = g_strnfill (300 * 1024, 'x');
  gssize n_sent = 0, n = 0;

  g_test_summary ("A watcher that sends on and on is read for a while, then held back");
  for (guint i = 0; i < 100; i++)
    {
      n = send (fd, filling, strlen (filling), MSG_DONTWAIT | MSG_NOSIGNAL);
      n_sent += MAX (n, 0);
      mcp_test_settle ();
    }
  g_assert_cmpint (n, <, 0);
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_cmpint (n_sent, <, 20 * 1024 * 1024);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
  g_assert_cmpuint (f->n_exchanges, ==, 1);
  write_event (f, "data: 1\n\n");
  assert_reads (fd, "data: 1\n\n");

  close (fd);
  AWAIT (f->n_peer_gone == 1);
}

static void
count_writable (McpHttpConnection *connection, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_writable (HttpFixture *f, gconstpointer data)
{
  int fd = open_stream (f, http_connect (f));
  g_autofree char *filling = g_strnfill (64 * 1024, 'x');
  g_autofree char *buffer = g_malloc (1024 * 1024);
  gsize n_sent = 0, n_read = 0;
  gssize n;
  guint n_called = 0;

  g_test_summary ("Room in the socket is told once, and not while there is none");
  while ((n = send (f->stream_socket, filling, strlen (filling), MSG_NOSIGNAL)) > 0)
    n_sent += (gsize) n;
  mcp_http_connection_stream_watch_writable (f->stream, count_writable, &n_called);
  mcp_test_settle ();
  g_assert_cmpuint (n_called, ==, 0);

  while (n_read < n_sent)
    {
      n = recv (fd, buffer, 1024 * 1024, MSG_DONTWAIT);
      n_read += (gsize) MAX (n, 0);
      mcp_test_settle ();
    }
  AWAIT (n_called == 1);
  mcp_test_settle ();
  g_assert_cmpuint (n_called, ==, 1);

  mcp_http_connection_stream_watch_writable (f->stream, count_writable, &n_called);
  mcp_http_connection_stream_watch_writable (f->stream, NULL, NULL);
  mcp_test_settle ();
  g_assert_cmpuint (n_called, ==, 1);
  close (fd);
  AWAIT (f->n_peer_gone == 1);
}

static void
test_end (HttpFixture *f, gconstpointer data)
{
  int fd = open_stream (f, http_connect (f));
  g_autofree char *text = NULL;

  g_test_summary ("At the end of a stream the last words arrive, also when the client's own were "
                  "not read");
  mcp_test_socket_send_text (fd, "something nobody asked for");
  write_event (f, "event: closed\n\n");
  mcp_http_connection_stream_end (f->stream);
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (text, ==, "event: closed\n\n");
  close (fd);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
}

static void
test_stop (HttpFixture *f, gconstpointer data)
{
  int fd = open_stream (f, http_connect (f));
  g_autofree char *text = NULL;

  g_test_summary ("A stream goes on when the listener stops, and ends when it closes");
  mcp_http_listener_stop (f->listener);
  mcp_test_settle ();
  write_event (f, "data: 1\n\n");
  assert_reads (fd, "data: 1\n\n");
  mcp_http_listener_close (f->listener);
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (text, ==, "");
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
  close (fd);
}

/* A connection on a socket pair, with an owner that keeps the exchange to itself. */
typedef struct
{
  McpLimits limits;
  McpHttpConnectionSetup setup;
  McpHttpPoller *poller;
  McpPeerCheck *peer_check;
  McpHttpConnection *connection;
  GIOStream *stream;
  int fd;
  guint n_closed;
  guint n_peer_gone;
} Single;

static void
single_request (McpHttpConnection *connection, McpRequestHead *head, GBytes *body, gpointer owner)
{
  g_autoptr (GBytes) bytes = mcp_request_head_to_bytes (head, g_bytes_get_size (body));

  ((Single *) owner)->stream = mcp_http_connection_exchange_open (connection, bytes, body);
}

static void
single_idle_changed (McpHttpConnection *connection, gboolean idle, gpointer owner)
{
}

static void
single_closed (McpHttpConnection *connection, gpointer owner)
{
  ((Single *) owner)->n_closed++;
}

static void
single_peer_gone (McpHttpConnection *connection, gpointer user_data)
{
  ((Single *) user_data)->n_peer_gone++;
}

static const McpHttpConnectionHooks single_hooks = {
  .request = single_request,
  .idle_changed = single_idle_changed,
  .closed = single_closed,
};

static void
single_set_up (Single *s, gconstpointer data)
{
  const McpHttpConnectionOrigin origin = { 0 };
  int fds[2];

  mcp_limits_init_defaults (&s->limits);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  s->fd = fds[0];
  s->poller = mcp_http_poller_new ();
  s->peer_check = mcp_peer_check_new (geteuid ());
  s->setup = (McpHttpConnectionSetup){ .hooks = &single_hooks,
                                       .owner = s,
                                       .poller = s->poller,
                                       .peer_check = s->peer_check,
                                       .limits = &s->limits,
                                       .stall_seconds = 1 };
  s->connection = mcp_http_connection_new (fds[1], &s->setup, &origin);
  mcp_http_connection_set_gone (s->connection, single_peer_gone, s);
  mcp_test_socket_send_text (s->fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  AWAIT (s->stream != NULL);
}

static void
single_tear_down (Single *s, gconstpointer data)
{
  mcp_http_connection_close (s->connection);
  g_assert_cmpuint (s->n_closed, ==, 1);
  if (s->stream != NULL)
    g_assert_finalize_object (g_steal_pointer (&s->stream));
  g_assert_finalize_object (g_steal_pointer (&s->connection));
  mcp_peer_check_free (s->peer_check);
  mcp_http_poller_unref (s->poller);
  close (s->fd);
}

static gssize
single_write (Single *s, const char *data, gsize length, GError **error)
{
  return g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (s->stream)), data, length, NULL,
      error);
}

static gboolean
set_flag (GObject *stream, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static GSource *
single_wait (Single *s, gboolean *ready)
{
  GSource *source = g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (s->stream)), NULL);

  g_source_set_callback (source, (GSourceFunc) (GCallback) set_flag, ready, NULL);
  g_source_attach (source, NULL);
  return source;
}

static void
test_stall (Single *s, gconstpointer data)
{
  g_autofree char *filling = g_strnfill (64 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  const char *head = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
  gboolean ready = FALSE;

  g_test_summary ("A client that takes nothing of an ordinary answer is cut off in the end");
  g_assert_cmpint (single_write (s, head, strlen (head), &error), ==, strlen (head));
  while (single_write (s, filling, strlen (filling), &error) > 0)
    ;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);
  source = single_wait (s, &ready);
  mcp_test_settle ();
  g_assert_false (ready);

  AWAIT (ready);
  g_assert_cmpuint (s->n_closed, ==, 1);
  g_assert_cmpuint (s->n_peer_gone, ==, 1);
  g_assert_cmpint (single_write (s, "x", 1, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

static void
test_room (Single *s, gconstpointer data)
{
  g_autofree char *filling = g_strnfill (64 * 1024, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  const char *head = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
  gboolean ready = FALSE;

  g_test_summary ("Who waits for room is woken when the client reads");
  g_assert_cmpint (single_write (s, head, strlen (head), &error), ==, strlen (head));
  while (single_write (s, filling, strlen (filling), &error) > 0)
    ;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  source = single_wait (s, &ready);
  while (!ready)
    {
      g_assert_cmpint (recv (s->fd, filling, 64 * 1024, 0), >, 0);
      mcp_test_settle ();
    }
  g_assert_cmpint (single_write (s, "x", 1, NULL), ==, 1);
}

static void
test_cut_short (Single *s, gconstpointer data)
{
  const char *head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
  g_autofree char *text = NULL;

  g_test_summary ("An answer that its server does not complete ends the connection");
  g_assert_cmpint (single_write (s, head, strlen (head), NULL), ==, strlen (head));
  g_assert_cmpint (single_write (s, "abc", 3, NULL), ==, 3);
  g_io_stream_close (s->stream, NULL, NULL);
  g_assert_cmpuint (s->n_closed, ==, 0);
  text = mcp_test_socket_read_all (s->fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "abc");
  g_assert_cmpuint (s->n_closed, ==, 1);
  g_assert_cmpuint (s->n_peer_gone, ==, 0);
}

static void
test_too_long (Single *s, gconstpointer data)
{
  const char *head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  g_autofree char *text = NULL;

  g_test_summary ("More than the announced length is not sent: it would be the next answer");
  g_assert_cmpint (single_write (s, head, strlen (head), NULL), ==, strlen (head));
  g_assert_cmpint (single_write (s, "abcdef", 6, NULL), ==, 3);
  g_assert_cmpint (single_write (s, "def", 3, NULL), ==, 3);
  g_io_stream_close (s->stream, NULL, NULL);
  text = mcp_test_socket_read_answer (s->fd);
  mcp_test_settle ();
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "abc");
  g_assert_false (mcp_test_socket_is_closed (s->fd));
  g_assert_cmpuint (s->n_closed, ==, 0);
}

static void
test_dropped (Single *s, gconstpointer data)
{
  g_test_summary ("An exchange that nobody answers ends the connection");
  g_assert_finalize_object (g_steal_pointer (&s->stream));
  AWAIT (s->n_closed == 1);
}

#define ADD(name, func)                                                                 \
  g_test_add ("/http/event-stream/" name, HttpFixture, NULL, http_fixture_set_up, func, \
              http_fixture_tear_down)
#define ADD_SINGLE(name, func) \
  g_test_add ("/http/exchange/" name, Single, NULL, single_set_up, func, single_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("write", test_write);
  ADD ("vanishing-tcp", test_vanishing_tcp);
  ADD ("vanishing-unix", test_vanishing_unix);
  ADD ("half-closed-tcp", test_half_closed_tcp);
  ADD ("half-closed-unix", test_half_closed_unix);
  ADD ("input", test_input);
  ADD ("writable", test_writable);
  ADD ("end", test_end);
  ADD ("stop", test_stop);
  ADD_SINGLE ("stall", test_stall);
  ADD_SINGLE ("room", test_room);
  ADD_SINGLE ("cut-short", test_cut_short);
  ADD_SINGLE ("too-long", test_too_long);
  ADD_SINGLE ("dropped", test_dropped);

  return g_test_run ();
}
