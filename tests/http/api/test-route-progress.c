/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "mcp-test-http.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define MANY 1000

typedef struct
{
  McpTestHttp *http;
  McpSession *session; /* (owned) */
  char *token;
  char *target;
} Fixture;

static void
fixture_init (Fixture *f)
{
  f->http = mcp_test_http_new ();
  f->session = g_object_ref (mcp_test_http_create_session (f->http, &f->token));
  f->target = g_strdup_printf ("/session/%s/progress", mcp_session_get_id (f->session));
}

static void
fixture_clear (Fixture *f)
{
  g_object_unref (f->session);
  mcp_test_http_free (f->http);
  g_free (f->token);
  g_free (f->target);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
assert_accepted (McpTestReply *reply, guint n_events)
{
  g_autofree char *expected = g_strdup_printf ("{\"accepted\":%u}", n_events);

  g_assert_cmpuint (reply->status, ==, 202);
  g_assert_cmpstr (reply->body, ==, expected);
}

static JsonObject *
read_event (McpTestStream *stream, JsonParser *parser)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (frame);
  g_assert_true (g_str_has_prefix (frame, "id: "));
  json_parser_load_from_data (parser, strstr (frame, "data: ") + 6, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
test_one (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;

  g_test_summary ("One event with everything in it arrives as it was sent, but for its time");
  fixture_init (&f);
  stream = mcp_test_stream_open_events (f.http, f.session, f.token);
  reply = mcp_test_http_post_json (
      f.http, f.target, f.token,
      "{\"token\":\"7\",\"progress\":2.5,\"total\":10,\"message\":\"a\\nb \\u2028 \\ud83d\\ude00\","
      "\"tool\":\"x__y\",\"call_id\":\"c-1\",\"state\":\"error\",\"timestamp\":\"1970\"}");
  assert_accepted (reply, 1);

  object = read_event (stream, parser);
  g_assert_cmpstr (json_object_get_string_member (object, "token"), ==, "7");
  g_assert_cmpfloat (json_object_get_double_member (object, "progress"), ==, 2.5);
  g_assert_cmpint (json_object_get_int_member (object, "total"), ==, 10);
  g_assert_cmpstr (json_object_get_string_member (object, "message"), ==, "a\nb \u2028 😀");
  g_assert_cmpstr (json_object_get_string_member (object, "tool"), ==, "x__y");
  g_assert_cmpstr (json_object_get_string_member (object, "call_id"), ==, "c-1");
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "error");
  g_assert_cmpstr (json_object_get_string_member (object, "timestamp"), !=, "1970");
}

static void
test_tokens (void)
{
  static const char *const tokens[] = {
    "0", "-9223372036854775808", "18446744073709551615", "9007199254740993", "\"\"", "\"a\\\"b\""
  };
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) without = NULL;
  g_autofree char *frame = NULL;

  g_test_summary ("A token keeps its type and every digit; without one it is 0");
  fixture_init (&f);
  stream = mcp_test_stream_open_events (f.http, f.session, f.token);
  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"token\":%s,\"progress\":1}", tokens[i]);
      g_autofree char *begin = g_strdup_printf ("data: {\"token\":%s,\"progress\":1,", tokens[i]);
      g_autoptr (McpTestReply) reply = mcp_test_http_post_json (f.http, f.target, f.token, body);
      g_autofree char *event = mcp_test_stream_read_frame (stream);

      assert_accepted (reply, 1);
      g_assert_nonnull (strstr (event, begin));
    }

  without = mcp_test_http_post_json (f.http, f.target, f.token, "{\"progress\":1}");
  assert_accepted (without, 1);
  frame = mcp_test_stream_read_frame (stream);
  g_assert_nonnull (strstr (frame, "data: {\"token\":0,\"progress\":1,"));
}

static void
test_refused (void)
{
  static const char *const bodies[] = { "",
                                        "1",
                                        "\"x\"",
                                        "null",
                                        "{}",
                                        "[{}]",
                                        "[1]",
                                        "[[{\"progress\":1}]]",
                                        "{\"progress\":1",
                                        "{\"progress\":1} x",
                                        "{\"progress\":\"1\"}",
                                        "{\"progress\":null}",
                                        "{\"progress\":1e999}",
                                        "{\"progress\":NaN}",
                                        "{\"progress\":01}",
                                        "{\"progress\":1,\"total\":null}",
                                        "{\"progress\":1,\"total\":-1e999}",
                                        "{\"progress\":1,\"token\":1.5}",
                                        "{\"progress\":1,\"token\":18446744073709551616}",
                                        "{\"progress\":1,\"token\":null}",
                                        "{\"progress\":1,\"token\":\"\\u0000\"}",
                                        "{\"progress\":1,\"message\":1}",
                                        "{\"progress\":1,\"message\":\"\\ud800\"}",
                                        "{\"progress\":1,\"message\":\"a\\u0000b\"}",
                                        "{\"progress\":1,\"message\":\"\xff\"}",
                                        "{\"progress\":1,\"tool\":{}}",
                                        "{\"progress\":1,\"call_id\":7}",
                                        "{\"progress\":1,\"state\":\"done\"}",
                                        "{\"progress\":1,\"state\":1}",
                                        "{\"progress\":1,\"progress\":2}",
                                        "{\"progress\":1,\"session_id\":\"x\"}" };
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestReply) form = NULL;
  g_autofree char *bearer = NULL;

  g_test_summary ("What is malformed, of a wrong type or unknown is refused");
  fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (McpTestReply) reply =
          mcp_test_http_post_json (f.http, f.target, f.token, bodies[i]);

      g_test_message ("body %" G_GSIZE_FORMAT, i);
      mcp_test_assert_error (reply, 400, "bad_request");
    }

  bearer = mcp_test_bearer (f.token);
  form = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", f.target, bearer, "{\"progress\":1}");
  mcp_test_assert_error (form, 415, "unsupported_media_type");
}

static char *
make_array (guint n_events, const char *last)
{
  GString *body = g_string_new ("[");

  for (guint i = 1; i <= n_events; i++)
    {
      if (i > 1)
        g_string_append_c (body, ',');
      if (i == n_events && last != NULL)
        g_string_append (body, last);
      else
        g_string_append_printf (body, "{\"progress\":%u,\"message\":\"event %u\"}", i, i);
    }
  g_string_append_c (body, ']');
  return g_string_free (body, FALSE);
}

static void
test_all_or_nothing (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *bad = make_array (500, "{\"progress\":\"x\"}");
  g_autofree char *too_many = make_array (MANY + 1, NULL);
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (McpTestReply) over = NULL;
  g_autoptr (McpTestReply) empty = NULL;
  g_autoptr (McpTestReply) good = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object;

  g_test_summary ("An array with one bad event publishes nothing; an empty one is fine");
  fixture_init (&f);
  stream = mcp_test_stream_open_events (f.http, f.session, f.token);
  reply = mcp_test_http_post_json (f.http, f.target, f.token, bad);
  mcp_test_assert_error (reply, 400, "bad_request");
  g_assert_nonnull (strstr (reply->body, "Event 500"));
  over = mcp_test_http_post_json (f.http, f.target, f.token, too_many);
  mcp_test_assert_error (over, 400, "bad_request");
  empty = mcp_test_http_post_json (f.http, f.target, f.token, "[]");
  assert_accepted (empty, 0);

  good = mcp_test_http_post_json (f.http, f.target, f.token, "[{\"progress\":42}]");
  assert_accepted (good, 1);
  object = read_event (stream, parser);
  g_assert_cmpint (json_object_get_int_member (object, "progress"), ==, 42);
}

/* Reads as a program does that does nothing else. */
typedef struct
{
  int fd;
  GString *text;
} Reader;

static gpointer
read_all (gpointer user_data)
{
  Reader *reader = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (reader->fd, &error);
  char buffer[16384];
  gssize n;

  g_assert_no_error (error);
  g_socket_set_blocking (socket, TRUE);
  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (reader->text, buffer, n);
  return NULL;
}

static void
test_many (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *body = make_array (MANY, NULL);
  g_autoptr (McpTestReply) reply = NULL;
  McpTestStream *streams[4];
  Reader readers[G_N_ELEMENTS (streams)];
  GThread *threads[G_N_ELEMENTS (streams)];

  g_test_summary ("An array of 1,000 events makes no reading watcher miss one");
  fixture_init (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      streams[i] = mcp_test_stream_open_events (f.http, f.session, f.token);
      readers[i] = (Reader){ streams[i]->fd, g_string_new (NULL) };
      threads[i] = g_thread_new ("reader", read_all, &readers[i]);
    }
  reply = mcp_test_http_post_json (f.http, f.target, f.token, body);
  assert_accepted (reply, MANY);
  mcp_session_store_close (f.http->store, mcp_session_get_id (f.session), MCP_REASON_CLOSED, NULL);
  mcp_test_http_wait_connections (f.http, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      const char *at;

      g_thread_join (threads[i]);
      at = readers[i].text->str;
      for (guint n = 1; n <= MANY; n++)
        {
          g_autofree char *begin = g_strdup_printf ("id: %u\ndata: {\"token\":0,\"progress\":%u,"
                                                    "\"message\":\"event %u\",",
                                                    n, n, n);

          g_assert_true (g_str_has_prefix (at, begin));
          at = strstr (at, "\n\n") + 2;
        }
      g_assert_cmpstr (at, ==, "event: closed\ndata: {\"reason\":\"closed\"}\n\n");
      g_string_free (readers[i].text, TRUE);
      /* The thread's GSocket closed the descriptor. */
      streams[i]->fd = -1;
      mcp_test_stream_free (streams[i]);
    }
}

/* Requests of single events, all in the socket before the daemon reads the first. */
static McpTestStream *
send_singles (Fixture *f, guint n_requests)
{
  static const char body[] = "{\"progress\":1}";
  McpTestStream *publisher = mcp_test_stream_connect (f->http, MCP_TEST_TCP);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_requests; i++)
    g_string_append_printf (text,
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                            f->target, f->token, strlen (body), body);
  mcp_test_stream_send (publisher, text->str, text->len);
  return publisher;
}

static void
test_many_at_once (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) watcher = NULL;
  McpTestStream *publishers[12];
  const guint n_each = 16;

  g_test_summary ("Single events of many publishers at once make no reading watcher miss one");
  fixture_init (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);
  for (gsize i = 0; i < G_N_ELEMENTS (publishers); i++)
    publishers[i] = send_singles (&f, n_each);

  for (guint n = 1; n <= n_each * G_N_ELEMENTS (publishers); n++)
    {
      g_autofree char *frame = mcp_test_stream_read_frame (watcher);
      g_autofree char *begin = g_strdup_printf ("id: %u\ndata: {", n);

      g_assert_nonnull (frame);
      g_assert_true (g_str_has_prefix (frame, begin));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (publishers); i++)
    mcp_test_stream_free (publishers[i]);
}

static char *
make_large_array (void)
{
  g_autofree char *message = g_strnfill (3000, 'm');
  GString *body = g_string_new ("[");

  for (guint i = 0; i < MANY; i++)
    g_string_append_printf (body, "%s{\"progress\":%u,\"message\":\"%s\"}", i > 0 ? "," : "", i,
                            message);
  g_string_append_c (body, ']');
  return g_string_free (body, FALSE);
}

/* Over the Unix socket, whose buffers are small: it is full after some hundred large events. */
static McpTestStream *
open_sleeper (Fixture *f, gboolean all_sessions)
{
  g_autofree char *target = g_strdup_printf ("/session/%s/events", mcp_session_get_id (f->session));

  return mcp_test_stream_open (f->http, MCP_TEST_UNIX, all_sessions ? "/events" : target, NULL);
}

static void
test_sleeping_watcher (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *body = make_large_array ();
  g_autoptr (McpTestStream) sleeper = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (McpTestReply) again = NULL;
  gint64 began_us;

  g_test_summary ("A watcher that does not read is waited for a little, and only once");
  fixture_init (&f);
  sleeper = open_sleeper (&f, FALSE);
  began_us = g_get_monotonic_time ();
  reply = mcp_test_http_post_json (f.http, f.target, f.token, body);
  assert_accepted (reply, MANY);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >=, 20 * G_TIME_SPAN_MILLISECOND);

  began_us = g_get_monotonic_time ();
  again = mcp_test_http_post_json (f.http, f.target, f.token, body);
  assert_accepted (again, MANY);
  /* 32 pieces at 20 ms would be the alternative. */
  g_test_message ("The second took %d ms", (int) ((g_get_monotonic_time () - began_us) / 1000));
}

static void
send_post (Fixture *f, McpTestStream *publisher, const char *body)
{
  g_autofree char *text = g_strdup_printf (
      "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
      "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      f->target, f->token, strlen (body), body);

  mcp_test_stream_send (publisher, text, strlen (text));
}

static void
count_cb (McpSessionStore *store, McpSession *session, McpProgressEvent *event, guint *n_events)
{
  (*n_events)++;
}

/* Begins to publish a large array, which takes a while; returns in the middle. */
static McpTestStream *
begin_publishing (Fixture *f, guint *n_events)
{
  g_autofree char *body = make_large_array ();
  McpTestStream *publisher = mcp_test_stream_connect (f->http, MCP_TEST_TCP);

  g_signal_connect (f->http->store, "progress", G_CALLBACK (count_cb), n_events);
  send_post (f, publisher, body);
  while (*n_events < 64)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (*n_events, <, MANY);
  return publisher;
}

static void
test_publisher_vanishes (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) sleeper = NULL;
  McpTestStream *publisher;
  guint n_events = 0;

  g_test_summary ("Events that were accepted are published though their sender went");
  fixture_init (&f);
  sleeper = open_sleeper (&f, TRUE);
  publisher = begin_publishing (&f, &n_events);
  mcp_test_stream_free (publisher);
  mcp_test_http_wait_connections (f.http, 1);
  while (n_events < MANY)
    g_main_context_iteration (NULL, TRUE);
}

static void
close_session_cb (McpSessionStore *store,
                  McpSession *session,
                  McpProgressEvent *event,
                  gpointer user_data)
{
  if (mcp_progress_event_get_sequence (event) == 100)
    mcp_session_store_close (store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
}

static void
test_session_ends_meanwhile (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *body = make_array (MANY, NULL);
  g_autoptr (McpTestReply) reply = NULL;

  g_test_summary ("A session that ends in between is answered like one that is not known");
  fixture_init (&f);
  g_signal_connect (f.http->store, "progress", G_CALLBACK (close_session_cb), NULL);
  reply = mcp_test_http_post_json (f.http, f.target, f.token, body);
  mcp_test_assert_error (reply, 401, "unauthorized");
}

static void
test_server_closes_meanwhile (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) publisher = NULL;
  g_autoptr (McpTestStream) sleeper = NULL;
  guint n_events = 0, n_then;

  g_test_summary ("A server that closes while an array is published lets go of everything");
  fixture_init (&f);
  sleeper = open_sleeper (&f, FALSE);
  publisher = begin_publishing (&f, &n_events);
  mcp_http_server_close (f.http->server);
  n_then = n_events;
  mcp_test_settle ();
  g_assert_cmpuint (n_events, ==, n_then);
  mcp_test_stream_expect_eof (publisher);
}

static void
test_session_ends_for_owner (void)
{
  g_auto (Fixture) f = { NULL };
  g_autofree char *body = make_array (MANY, NULL);
  g_autoptr (McpTestReply) reply = NULL;

  g_test_summary ("The owner is told that the session has ended in between");
  fixture_init (&f);
  g_signal_connect (f.http->store, "progress", G_CALLBACK (close_session_cb), NULL);
  reply = mcp_test_http_post_json (f.http, f.target, MCP_TEST_OWNER_KEY, body);
  mcp_test_assert_error (reply, 404, "not_found");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/progress/one", test_one);
  g_test_add_func ("/http/progress/tokens", test_tokens);
  g_test_add_func ("/http/progress/refused", test_refused);
  g_test_add_func ("/http/progress/all-or-nothing", test_all_or_nothing);
  g_test_add_func ("/http/progress/many", test_many);
  g_test_add_func ("/http/progress/many-at-once", test_many_at_once);
  g_test_add_func ("/http/progress/sleeping-watcher", test_sleeping_watcher);
  g_test_add_func ("/http/progress/publisher-vanishes", test_publisher_vanishes);
  g_test_add_func ("/http/progress/session-ends", test_session_ends_meanwhile);
  g_test_add_func ("/http/progress/session-ends/owner", test_session_ends_for_owner);
  g_test_add_func ("/http/progress/server-closes", test_server_closes_meanwhile);

  return g_test_run ();
}
