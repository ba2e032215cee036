/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST      "Host: localhost\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"
#define N_KEPT    1000
#define N_PIPED   500
/* More than the poller takes in one turn. */
#define N_LATE    300

static void
assert_error (const char *text, guint status, const char *code)
{
  g_autofree char *start = g_strdup_printf ("{\"error\":{\"code\":\"%s\",\"message\":\"", code);

  g_assert_cmpuint (mcp_test_socket_get_status (text), ==, status);
  g_assert_true (g_str_has_prefix (mcp_test_socket_get_body (text), start));
  g_assert_nonnull (strstr (text, "\r\nContent-Type: application/json\r\n"));
  g_assert_nonnull (strstr (text, "\r\nConnection: close\r\n"));
}

static void
test_one_request (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;

  g_test_summary ("A request is answered, and the connection stays open for another");
  f->asks_pid = TRUE;
  mcp_test_socket_send_text (fd, GET_HELLO);
  text = mcp_test_socket_read_answer (fd);

  g_assert_cmpuint (mcp_test_socket_get_status (text), ==, 200);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "hello");
  g_assert_null (strstr (text, "Connection:"));
  mcp_test_settle ();
  g_assert_false (mcp_test_socket_is_closed (fd));
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 1);
  g_assert_false (f->last_is_unix);
  AWAIT (f->n_pids > 0);
  g_assert_cmpint (f->last_pid, ==, 0);
  close (fd);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
}

static void
test_unix (HttpFixture *f, gconstpointer data)
{
  int fd = mcp_test_socket_connect_unix (f->socket_path);
  g_autofree char *text = NULL;

  g_test_summary ("The Unix socket serves the same, and names the client's process");
  f->asks_pid = TRUE;
  mcp_test_socket_send_text (fd, "GET /hello HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
  text = mcp_test_socket_read_answer (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "hello");
  g_assert_true (f->last_is_unix);
  g_assert_cmpint (f->last_pid, ==, getpid ());
  close (fd);
}

static void
test_keep_alive (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);

  g_test_summary ("One connection carries a thousand requests");
  for (guint i = 0; i < N_KEPT; i++)
    {
      g_autofree char *body = g_strdup_printf ("number %u", i);
      g_autofree char *request = g_strdup_printf (
          "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n%s", strlen (body), body);
      g_autofree char *text = NULL;

      mcp_test_socket_send_text (fd, request);
      text = mcp_test_socket_read_answer (fd);
      g_assert_cmpstr (mcp_test_socket_get_body (text), ==, body);
    }
  g_assert_cmpuint (f->n_exchanges, ==, N_KEPT);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 1);
  close (fd);
}

static void
test_pipelining (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autoptr (GString) requests = g_string_new (NULL);

  g_test_summary ("Requests sent without waiting are answered in their order, one at a time");
  for (guint i = 0; i < N_PIPED; i++)
    g_string_append_printf (requests,
                            "POST /echo HTTP/1.1\r\n" HOST
                            "Transfer-Encoding: chunked\r\n\r\n4\r\n%04u\r\n0\r\n\r\n",
                            i);
  mcp_test_socket_send (fd, requests->str, requests->len);
  for (guint i = 0; i < N_PIPED; i++)
    {
      g_autofree char *text = mcp_test_socket_read_answer (fd);
      g_autofree char *expected = g_strdup_printf ("%04u", i);

      g_assert_cmpstr (mcp_test_socket_get_body (text), ==, expected);
    }
  close (fd);
}

static void
test_byte_by_byte (HttpFixture *f, gconstpointer data)
{
  static const char request[] =
      "\r\nPOST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  int fd = http_connect (f);
  g_autofree char *text = NULL;

  g_test_summary ("A request that arrives byte by byte, behind an empty line, is the same");
  for (gsize i = 0; i < sizeof request - 1; i++)
    {
      mcp_test_socket_send (fd, request + i, 1);
      mcp_test_settle ();
    }
  text = mcp_test_socket_read_answer (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "abc");
  close (fd);
}

static void
test_half_close (HttpFixture *f, gconstpointer data)
{
  g_autofree char *one = http_ask (f, GET_HELLO);
  g_autofree char *two = http_ask (f, GET_HELLO GET_HELLO);
  const char *second;

  g_test_summary ("A client that sends no more is answered all it asked, then the connection ends");
  g_assert_cmpstr (mcp_test_socket_get_body (one), ==, "hello");
  second = strstr (mcp_test_socket_get_body (two), "HTTP/1.1 200");
  g_assert_nonnull (second);
  g_assert_cmpstr (mcp_test_socket_get_body (second), ==, "hello");
  g_assert_cmpuint (f->n_exchanges, ==, 3);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
}

static void
test_half_close_slow (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;
  gint64 until;

  g_test_summary ("A client that sends no more and waits is not taken for gone");
  mcp_test_socket_send_text (fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n");
  shutdown (fd, SHUT_WR);
  AWAIT (f->paused != NULL);
  /* long enough for the first times that the kernel is asked for the peer */
  until = g_get_monotonic_time () + 100 * G_TIME_SPAN_MILLISECOND;
  AWAIT (g_get_monotonic_time () > until);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);

  soup_server_message_unpause (f->paused);
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "at last");
  close (fd);
}

static void
check_gone (HttpFixture *f, int fd)
{
  mcp_test_socket_send_text (fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n");
  AWAIT (f->paused != NULL);
  g_assert_cmpuint (f->n_peer_gone, ==, 0);
  close (fd);
  AWAIT (f->n_peer_gone == 1);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);

  /* the server behind learns it when it writes */
  soup_server_message_unpause (f->paused);
  mcp_test_settle ();
  g_assert_cmpuint (f->n_peer_gone, ==, 1);
}

static void
test_gone_tcp (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A TCP client that closes during a long call is noticed, once");
  check_gone (f, http_connect (f));
}

static void
test_gone_unix (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A Unix client that closes during a long call is noticed, once");
  check_gone (f, mcp_test_socket_connect_unix (f->socket_path));
}

static void
test_gone_reset (HttpFixture *f, gconstpointer data)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  int fd = http_connect (f);

  g_test_summary ("A client that resets the connection during a long call is noticed, once");
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  check_gone (f, fd);
}

static void
test_gone_with_input (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);

  g_test_summary ("A client that sent on before it closed is noticed too");
  mcp_test_socket_send_text (fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n");
  AWAIT (f->paused != NULL);
  mcp_test_socket_send_text (fd, GET_HELLO);
  mcp_test_settle ();
  close (fd);
  AWAIT (f->n_peer_gone == 1);
  g_assert_cmpuint (f->n_exchanges, ==, 1);
  soup_server_message_unpause (f->paused);
  mcp_test_settle ();
}

/* What the table of refused heads leaves out is that nothing reaches the server behind. */
static void
test_smuggling (HttpFixture *f, gconstpointer data)
{
  static const struct
  {
    const char *request;
    guint status;
    const char *code;
  } cases[] = {
    { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc", 400,
      "bad_request" },
    { "POST /echo HTTP/1.1\r\n" HOST
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400, "bad_request" },
    { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\nabc", 501, "not_implemented" },
    { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
      400, "bad_request" },
    { "POST /echo HTTP/1.1\r\n" HOST
      "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n",
      400, "bad_request" },
    { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc", 400, "bad_request" },
    { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999\r\n\r\nabc", 413,
      "payload_too_large" },
    { "GET /hello HTTP/1.1\nHost: localhost\n\n", 400, "bad_request" },
    { "GET /hello HTTP/1.1\r\n" HOST "Host: evil.example\r\n\r\n", 400, "bad_request" },
    { "GET http://evil.example/hello HTTP/1.1\r\n" HOST "\r\n", 400, "bad_request" },
    { "GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, "forbidden" },
    { "GET /hello HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n\r\n", 403, "forbidden" },
    { "GET /hello HTTP/1.1\r\n" HOST "Sec-Fetch-Site: cross-site\r\n\r\n", 403, "forbidden" },
    { "GET /hello HTTP/3.0\r\n" HOST "\r\n", 505, "version_not_supported" },
    { "BREW /hello HTTP/1.1\r\n" HOST "\r\n", 501, "not_implemented" },
    { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\nExpect: x\r\n\r\n", 417,
      "expectation_failed" },
    { "GET /hello", 400, "bad_request" },
  };

  g_test_summary (
      "What is refused is answered in the errors' shape, ends the connection, and never "
      "reaches the server behind");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* a 400 may be about an end too early, which more bytes would hide */
      g_autofree char *request =
          g_strconcat (cases[i].request, cases[i].status != 400 ? GET_HELLO : "", NULL);
      g_autofree char *text = http_ask (f, request);

      assert_error (text, cases[i].status, cases[i].code);
      g_assert_null (strstr (mcp_test_socket_get_body (text), "HTTP/1.1 200"));
    }
  g_assert_cmpuint (f->n_exchanges, ==, 0);
}

static void
test_head_limits (HttpFixture *f, gconstpointer data)
{
  g_autofree char *filling = g_strnfill (70000, 'a');
  g_autofree char *line = g_strconcat ("GET /", filling, " HTTP/1.1\r\n" HOST "\r\n", NULL);
  g_autofree char *head =
      g_strconcat ("GET /hello HTTP/1.1\r\n" HOST "X: ", filling, "\r\n\r\n", NULL);
  g_autofree char *long_line = http_ask (f, line);
  g_autofree char *long_head = http_ask (f, head);
  g_autofree char *fitting = NULL;

  g_test_summary ("Heads have a limit, and up to that libsoup takes them");
  assert_error (long_line, 414, "uri_too_long");
  assert_error (long_head, 431, "headers_too_large");

  /* exactly 64 KiB: all of it goes into one field */
  g_free (head);
  filling[65536 - strlen ("GET /hello HTTP/1.1\r\n" HOST "X:\r\n\r\n")] = '\0';
  head = g_strconcat ("GET /hello HTTP/1.1\r\n" HOST "X:", filling, "\r\n\r\n", NULL);
  g_assert_cmpuint (strlen (head), ==, 65536);
  fitting = http_ask (f, head);
  g_assert_cmpstr (mcp_test_socket_get_body (fitting), ==, "hello");
}

static void
test_canonical (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text =
      http_ask (f, "POST http://localhost/echo HTTP/1.1\r\n" HOST "Range: bytes=0-0\r\n"
                   "Upgrade: websocket\r\nConnection: upgrade\r\nX: y\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3;ext\r\nabc\r\n0\r\nTrailer: z\r\n\r\n");

  g_test_summary ("The server behind sees a plain request with a length");
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "abc");
  g_assert_cmpstr (f->last_fields, ==, "Host: localhost\nContent-Length: 3\nX: y\n");
}

static void
test_http_1_0 (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;

  g_test_summary ("An HTTP/1.0 client is answered, told that the connection ends, and it does");
  mcp_test_socket_send_text (
      fd, "GET /hello HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "hello");
  g_assert_nonnull (strstr (text, "\r\nConnection: close\r\n"));
  close (fd);
}

static void
check_closing (HttpFixture *f, const char *request, const char *body)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;

  mcp_test_socket_send_text (fd, request);
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, body);
  g_assert_nonnull (strstr (text, "\r\nConnection: close\r\n"));
  close (fd);
}

static void
test_close (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("Either side can ask for the connection's end, and the answer says so; what was "
                  "sent behind it is not answered");
  check_closing (f, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n" GET_HELLO, "hello");
  check_closing (f, "GET /close HTTP/1.1\r\n" HOST "\r\n" GET_HELLO, "bye");
  g_assert_cmpuint (f->n_exchanges, ==, 2);
}

static void
test_framing_of_answers (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *head = NULL;
  g_autofree char *none = NULL;
  g_autofree char *missing = NULL;
  g_autofree char *last = NULL;

  g_test_summary ("Answers without a body leave the connection usable: HEAD, 204, 404");
  mcp_test_socket_send_text (fd, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n"
                                 "GET /none HTTP/1.1\r\n" HOST "\r\n"
                                 "GET /missing HTTP/1.1\r\n" HOST "\r\n"
                                 "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  last = mcp_test_socket_read_all (fd);

  head = g_strndup (last, (gsize) (mcp_test_socket_get_body (last) - last));
  g_assert_nonnull (strstr (head, "\r\nContent-Length: 5\r\n"));
  none = g_strdup (mcp_test_socket_get_body (last));
  g_assert_cmpuint (mcp_test_socket_get_status (none), ==, 204);
  missing = g_strdup (mcp_test_socket_get_body (none));
  g_assert_cmpuint (mcp_test_socket_get_status (missing), ==, 404);
  g_assert_cmpuint (mcp_test_socket_get_status (mcp_test_socket_get_body (missing)), ==, 200);
  g_assert_true (g_str_has_suffix (last, "\r\n\r\nhello"));
  close (fd);
}

static void
test_chunked_answer (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *text = NULL;
  const char *second;

  g_test_summary ("A chunked answer comes whole, its end included, and the connection stays");
  mcp_test_socket_send_text (fd, "GET /chunked HTTP/1.1\r\n" HOST "\r\n"
                                 "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  text = mcp_test_socket_read_all (fd);
  g_assert_true (g_str_has_prefix (mcp_test_socket_get_body (text),
                                   "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200 OK"));
  second = strstr (mcp_test_socket_get_body (text), "HTTP/1.1 200 OK");
  g_assert_cmpstr (mcp_test_socket_get_body (second), ==, "hello");
  close (fd);
}

static void
test_big_answer (HttpFixture *f, gconstpointer data)
{
  const int small = 4096;
  int fd = mcp_test_socket_connect_unix (f->socket_path);
  g_autofree char *text = NULL;

  g_test_summary ("A large answer waits for its reader and comes whole");
  setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  mcp_test_socket_send_text (fd, "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  AWAIT (f->n_exchanges == 1);
  mcp_test_settle ();
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpuint (strlen (mcp_test_socket_get_body (text)), ==, 6 * 1024 * 1024);
  close (fd);
}

static void
test_big_body (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  gsize length = f->limits.body_bytes;
  g_autofree char *body = g_strnfill (length, 'b');
  g_autofree char *head = g_strdup_printf (
      "POST /echo HTTP/1.1\r\n" HOST "Connection: close\r\nContent-Length: %zu\r\n\r\n", length);
  g_autofree char *text = NULL;

  g_test_summary ("A body of exactly the limit is taken");
  mcp_test_socket_send_text (fd, head);
  mcp_test_socket_send (fd, body, length);
  text = mcp_test_socket_read_all (fd);
  g_assert_cmpuint (mcp_test_socket_get_status (text), ==, 200);
  g_assert_cmpuint (strlen (mcp_test_socket_get_body (text)), ==, length);
  close (fd);
}

static void
check_too_large (HttpFixture *f, const char *head, const char *chunk_head, gsize n_bytes)
{
  int fd = http_connect (f);
  g_autofree char *filling = g_strnfill (65536, 'x');
  g_autofree char *text = NULL;

  mcp_test_socket_send_text (fd, head);
  mcp_test_socket_send_text (fd, chunk_head);
  for (gsize n_sent = 0; n_sent < n_bytes; n_sent += 65536)
    mcp_test_socket_send (fd, filling, 65536);
  text = mcp_test_socket_read_answer (fd);
  assert_error (text, 413, "payload_too_large");
  close (fd);
}

static void
test_too_large (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("Too large a body is answered while the client still sends, and what it sends is "
                  "dropped, so that it gets to read the answer");
  check_too_large (f, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 33554432\r\n\r\n", "",
                   32 * 1024 * 1024);
  check_too_large (f, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
                   "2000000\r\n", 32 * 1024 * 1024);
  g_assert_cmpuint (f->n_exchanges, ==, 0);
}

static void
test_continue (HttpFixture *f, gconstpointer data)
{
  int fd = http_connect (f);
  g_autofree char *proceed = NULL;
  g_autofree char *text = NULL;
  g_autofree char *refused = NULL;

  g_test_summary ("“Expect: 100-continue” is answered once the head passed, or by the refusal");
  mcp_test_socket_send_text (fd, "POST /echo HTTP/1.1\r\n" HOST
                                 "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  proceed = mcp_test_socket_read_answer (fd);
  g_assert_cmpstr (proceed, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  mcp_test_socket_send_text (fd, "abc");
  text = mcp_test_socket_read_answer (fd);
  g_assert_cmpuint (mcp_test_socket_get_status (text), ==, 200);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "abc");

  mcp_test_socket_send_text (fd, "POST /echo HTTP/1.1\r\n" HOST
                                 "Content-Length: 999999999\r\nExpect: 100-continue\r\n\r\n");
  refused = mcp_test_socket_read_answer (fd);
  assert_error (refused, 413, "payload_too_large");
  close (fd);
}

static void
test_slow_head (HttpFixture *f, gconstpointer data)
{
  int silent, slow;
  g_autofree char *nothing = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A head that takes too long is a 408; who says nothing at all is just closed");
  f->limits.head_seconds = 1;
  http_fixture_restart (f);
  silent = http_connect (f);
  slow = http_connect (f);
  mcp_test_socket_send_text (slow, "GET /hello HTTP/1.1\r\nHo");
  text = mcp_test_socket_read_all (slow);
  assert_error (text, 408, "request_timeout");
  nothing = mcp_test_socket_read_all (silent);
  g_assert_cmpstr (nothing, ==, "");
  close (silent);
  close (slow);
}

static void
test_slow_body (HttpFixture *f, gconstpointer data)
{
  int fd;
  g_autofree char *text = NULL;

  g_test_summary ("A body that takes too long is a 408");
  f->limits.body_seconds = 1;
  http_fixture_restart (f);
  fd = http_connect (f);
  mcp_test_socket_send_text (fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab");
  text = mcp_test_socket_read_all (fd);
  assert_error (text, 408, "request_timeout");
  close (fd);
}

static void
test_late_daemon (HttpFixture *f, gconstpointer data)
{
  int fds[N_LATE];

  g_test_summary ("What came in time is answered, though the daemon looks after the time is over");
  f->limits.head_seconds = 1;
  http_fixture_restart (f);
  for (guint i = 0; i < N_LATE; i++)
    fds[i] = http_connect (f);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == N_LATE);
  for (guint i = 0; i < N_LATE; i++)
    mcp_test_socket_send_text (fds[i], GET_HELLO);
  /* The listener runs in this thread: here it is late. */
  g_usleep (G_USEC_PER_SEC + G_USEC_PER_SEC / 10);

  for (guint i = 0; i < N_LATE; i++)
    {
      g_autofree char *text = mcp_test_socket_read_answer (fds[i]);

      g_assert_cmpuint (mcp_test_socket_get_status (text), ==, 200);
      close (fds[i]);
    }
}

static void
test_idle_time (HttpFixture *f, gconstpointer data)
{
  int fd;
  g_autofree char *text = NULL;
  g_autofree char *rest = NULL;
  gint64 start;

  g_test_summary ("An idle connection is closed after its time, silently");
  f->limits.keep_alive_seconds = 1;
  http_fixture_restart (f);
  fd = http_connect (f);
  mcp_test_socket_send_text (fd, GET_HELLO);
  text = mcp_test_socket_read_answer (fd);
  start = g_get_monotonic_time ();
  rest = mcp_test_socket_read_all (fd);
  g_assert_cmpstr (rest, ==, "");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_USEC_PER_SEC / 2);
  close (fd);
}

#define ADD(name, func)                                                               \
  g_test_add ("/http/connection/" name, HttpFixture, NULL, http_fixture_set_up, func, \
              http_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("one-request", test_one_request);
  ADD ("unix", test_unix);
  ADD ("keep-alive", test_keep_alive);
  ADD ("pipelining", test_pipelining);
  ADD ("byte-by-byte", test_byte_by_byte);
  ADD ("half-close", test_half_close);
  ADD ("half-close-and-wait", test_half_close_slow);
  ADD ("peer-gone/tcp", test_gone_tcp);
  ADD ("peer-gone/unix", test_gone_unix);
  ADD ("peer-gone/reset", test_gone_reset);
  ADD ("peer-gone/with-input", test_gone_with_input);
  ADD ("smuggling", test_smuggling);
  ADD ("head-limits", test_head_limits);
  ADD ("canonical-form", test_canonical);
  ADD ("http-1-0", test_http_1_0);
  ADD ("close", test_close);
  ADD ("answers-without-body", test_framing_of_answers);
  ADD ("chunked-answer", test_chunked_answer);
  ADD ("big-answer", test_big_answer);
  ADD ("big-body", test_big_body);
  ADD ("too-large", test_too_large);
  ADD ("expect-continue", test_continue);
  ADD ("slow-head", test_slow_head);
  ADD ("slow-body", test_slow_body);
  ADD ("late-daemon", test_late_daemon);
  ADD ("idle-time", test_idle_time);

  return g_test_run ();
}
