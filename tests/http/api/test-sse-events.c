/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "mcp-test-http.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* One session. */
typedef struct
{
  McpTestHttp *http;
  McpSession *session; /* (owned) */
  char *token;
  char *events;
} Fixture;

static void
fixture_init (Fixture *f, const McpLimits *limits)
{
  f->http = limits == NULL ? mcp_test_http_new () : mcp_test_http_new_with_limits (limits);
  f->session = g_object_ref (mcp_test_http_create_session (f->http, &f->token));
  f->events = g_strdup_printf ("/session/%s/events", mcp_session_get_id (f->session));
}

static void
fixture_clear (Fixture *f)
{
  g_object_unref (f->session);
  mcp_test_http_free (f->http);
  g_free (f->token);
  g_free (f->events);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
publish (Fixture *f, double progress, const char *message)
{
  McpProgressFields fields = { .progress = progress, .message = message };

  g_assert_true (mcp_session_publish (f->session, &fields));
}

static McpTestStream *
open_events (Fixture *f)
{
  return mcp_test_stream_open_events (f->http, f->session, f->token);
}

static McpTestStream *
open_after (Fixture *f, const char *id)
{
  g_autofree char *fields =
      g_strdup_printf ("Authorization: Bearer %s\r\nLast-Event-ID: %s\r\n", f->token, id);

  return mcp_test_stream_open (f->http, MCP_TEST_TCP, f->events, fields);
}

/* Returns: the event's id; its object is parsed into @parser. */
static guint64
read_event (McpTestStream *stream, JsonParser *parser)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint64 id = 0;

  g_assert_nonnull (frame);
  lines = g_strsplit (frame, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_true (g_str_has_prefix (lines[0], "id: "));
  g_assert_true (g_ascii_string_to_unsigned (lines[0] + 4, 10, 1, G_MAXUINT64, &id, NULL));
  g_assert_true (g_str_has_prefix (lines[1], "data: "));
  if (parser != NULL)
    {
      json_parser_load_from_data (parser, lines[1] + 6, -1, &error);
      g_assert_no_error (error);
    }
  return id;
}

static double
read_progress (McpTestStream *stream)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  read_event (stream, parser);
  return json_object_get_double_member (json_node_get_object (json_parser_get_root (parser)),
                                        "progress");
}

static void
test_content (void)
{
  static const char *const messages[] = { "plain",
                                          "two\nlines\r\nand \"quotes\" \\ and\ttab",
                                          "event: forged\n\ndata: {}\n\n",
                                          "\xe2\x80\xa8 \xe2\x80\xa9 \xc2\x85",
                                          "😀 e\xcc\x81 \xef\xbf\xbf",
                                          "\x01\x1f\x7f",
                                          "" };
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) tcp = NULL;
  g_autoptr (McpTestStream) local = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_test_summary ("Any text arrives as it was published, on both transports, in one data line");
  fixture_init (&f, NULL);
  tcp = open_events (&f);
  local = mcp_test_stream_open (f.http, MCP_TEST_UNIX, f.events, NULL);
  g_assert_cmpuint (mcp_session_get_n_subscribers (f.session), ==, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    publish (&f, (double) i, messages[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      JsonObject *object;

      g_assert_cmpuint (read_event (tcp, parser), ==, i + 1);
      object = json_node_get_object (json_parser_get_root (parser));
      g_assert_cmpstr (json_object_get_string_member (object, "message"), ==, messages[i]);
      g_assert_cmpuint (read_event (local, NULL), ==, i + 1);
    }
}

static void
test_closed (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The end of a session ends its streams, after all that came before");
  fixture_init (&f, NULL);
  stream = open_events (&f);
  publish (&f, 1, NULL);
  mcp_session_store_close (f.http->store, mcp_session_get_id (f.session), MCP_REASON_EXPIRED,
                           &error);
  g_assert_no_error (error);

  g_assert_cmpuint (read_event (stream, NULL), ==, 1);
  mcp_test_stream_expect_frame (stream, "event: closed\ndata: {\"reason\":\"expired\"}\n\n");
  mcp_test_stream_expect_eof (stream);
  mcp_test_http_wait_streams (f.http, 0);
  mcp_test_http_wait_connections (f.http, 0);
}

static void
test_resume (void)
{
  static const char *const malformed[] = { "x", "-1", "1.5", "0x1", "1 2", "18446744073709551616" };
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) from_7 = NULL;
  g_autoptr (McpTestStream) from_newest = NULL;
  g_autoptr (McpTestStream) from_above = NULL;

  g_test_summary ("A reader that comes back gets what it has not seen");
  fixture_init (&f, NULL);
  for (guint i = 1; i <= 10; i++)
    publish (&f, i, NULL);

  from_7 = open_after (&f, "7");
  for (guint i = 8; i <= 10; i++)
    g_assert_cmpuint (read_event (from_7, NULL), ==, i);
  from_newest = open_after (&f, "10");
  from_above = open_after (&f, "1000");
  for (guint i = 1; i <= 10; i++)
    g_assert_cmpuint (read_event (from_above, NULL), ==, i);
  publish (&f, 11, NULL);
  g_assert_cmpuint (read_event (from_7, NULL), ==, 11);
  g_assert_cmpuint (read_event (from_newest, NULL), ==, 11);
  g_assert_cmpuint (read_event (from_above, NULL), ==, 11);

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *fields = g_strdup_printf (
          "Authorization: Bearer %s\r\nLast-Event-ID: %s\r\n", f.token, malformed[i]);
      g_autoptr (McpTestReply) reply =
          mcp_test_http_request (f.http, MCP_TEST_TCP, "GET", f.events, fields, NULL);

      mcp_test_assert_error (reply, 400, "bad_request");
    }
  g_assert_cmpuint (mcp_session_get_n_subscribers (f.session), ==, 3);
}

static void
test_gap (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("A reader that comes back too late is told what is not kept any more");
  fixture_init (&f, NULL);
  for (guint i = 1; i <= MCP_SESSION_KEPT_EVENTS + 30; i++)
    publish (&f, i, NULL);

  stream = open_after (&f, "5");
  mcp_test_stream_expect_frame (stream, "event: lagged\ndata: {\"missed\": 25}\n\n");
  for (guint i = 31; i <= MCP_SESSION_KEPT_EVENTS + 30; i++)
    g_assert_cmpuint (read_event (stream, NULL), ==, i);
}

/* Publishes until the reader's socket and queue are full, and beyond. */
static guint
overrun (Fixture *f, const char *message)
{
  guint n = 0;

  for (guint round = 0; round < 60; round++)
    {
      for (guint i = 0; i < 32; i++)
        publish (f, ++n, message);
      mcp_test_http_fence (f->http);
    }
  return n;
}

static void
test_lagged (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autofree char *message = g_strnfill (4000, 'm');
  guint64 n_events, n_missed = 0, n_read = 0, last = 0;

  g_test_summary ("A reader that does not read is told later exactly how many it missed");
  fixture_init (&f, NULL);
  stream = open_events (&f);
  n_events = overrun (&f, message);

  while (last < n_events)
    {
      g_autofree char *frame = mcp_test_stream_read_frame (stream);
      guint64 number;

      g_assert_nonnull (frame);
      if (sscanf (frame, "event: lagged\ndata: {\"missed\": %" G_GUINT64_FORMAT "}\n\n", &number) ==
          1)
        {
          n_missed += number;
          last += number;
          continue;
        }
      g_assert_cmpint (sscanf (frame, "id: %" G_GUINT64_FORMAT "\n", &number), ==, 1);
      g_assert_cmpuint (number, ==, last + 1);
      last = number;
      n_read++;
    }
  g_assert_cmpuint (n_missed, >, 0);
  g_assert_cmpuint (n_missed + n_read, ==, n_events);

  publish (&f, 0, NULL);
  g_assert_cmpuint (read_event (stream, NULL), ==, n_events + 1);
}

static void
test_large_events (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  const gsize sizes[] = { 10, 20000, 10, 3000000, 100000, 16384, 10 };

  g_test_summary ("Large events arrive whole and in order");
  fixture_init (&f, NULL);
  stream = open_events (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *message = g_strnfill (sizes[i], 'm');

      publish (&f, (double) i, message);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      JsonObject *object;

      g_assert_cmpuint (read_event (stream, parser), ==, i + 1);
      object = json_node_get_object (json_parser_get_root (parser));
      g_assert_cmpuint (strlen (json_object_get_string_member (object, "message")), ==, sizes[i]);
    }
}

static void
test_vanished (void)
{
  g_auto (Fixture) f = { NULL };
  guint n_fds;

  g_test_summary ("A reader that goes is noticed though nothing is written");
  fixture_init (&f, NULL);
  n_fds = mcp_test_count_fds ();

  for (guint i = 0; i < 2; i++)
    {
      McpTestStream *tcp = open_events (&f);
      McpTestStream *local = mcp_test_stream_open (f.http, MCP_TEST_UNIX, f.events, NULL);
      McpTestStream *reset = open_events (&f);
      const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

      g_assert_cmpuint (mcp_session_get_n_subscribers (f.session), ==, 3);
      setsockopt (reset->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      mcp_test_stream_free (reset);
      mcp_test_stream_free (tcp);
      mcp_test_stream_free (local);
      mcp_test_http_wait_streams (f.http, 0);
      mcp_test_http_wait_connections (f.http, 0);
      g_assert_cmpuint (mcp_session_get_n_subscribers (f.session), ==, 0);
    }
  g_assert_cmpuint (mcp_test_count_fds (), ==, n_fds);
}

static void
test_keep_alive (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) first = NULL;
  g_autoptr (McpTestStream) second = NULL;

  g_test_summary ("A silent stream gets comments, all streams alike");
  fixture_init (&f, NULL);
  mcp_http_server_set_keep_alive (f.http->server, 20);
  first = open_events (&f);
  second = open_events (&f);
  for (guint i = 0; i < 3; i++)
    {
      mcp_test_stream_expect_frame (first, ": keep-alive\n\n");
      mcp_test_stream_expect_frame (second, ": keep-alive\n\n");
    }
}

static void
test_limit (void)
{
  McpLimits limits;
  g_auto (Fixture) f = { NULL };
  g_autofree char *bearer = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestStream) owner = NULL;
  g_autoptr (McpTestReply) one_more = NULL;
  g_autoptr (McpTestReply) one_more_owner = NULL;

  g_test_summary ("One subscriber over the limit is 429");
  mcp_limits_init_defaults (&limits);
  limits.subscribers_per_session = 1;
  fixture_init (&f, &limits);
  bearer = mcp_test_bearer (f.token);

  stream = open_events (&f);
  one_more = mcp_test_http_request (f.http, MCP_TEST_TCP, "GET", f.events, bearer, NULL);
  mcp_test_assert_error (one_more, 429, "too_many_requests");
  owner = mcp_test_stream_open (f.http, MCP_TEST_UNIX, "/events", NULL);
  one_more_owner = mcp_test_http_owner (f.http, "GET", "/events");
  mcp_test_assert_error (one_more_owner, 429, "too_many_requests");
}

static void
test_owner_events (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *frame = NULL;
  g_autofree char *begin = NULL;
  g_autofree char *added = NULL;
  g_autofree char *removed = NULL;
  g_autofree char *id = NULL;
  McpSessionParams params = { .label = "“l”", .idle_seconds = -1 };
  McpSession *other;
  JsonObject *object;
  guint64 first;

  g_test_summary ("The owner sees all sessions' events, comings and goings, by one counter");
  fixture_init (&f, NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_UNIX, "/events", NULL);
  publish (&f, 4, "line\nend");
  frame = mcp_test_stream_read_frame (stream);
  begin = g_strdup_printf ("\ndata: {\"session_id\":\"%s\",\"token\":0,",
                           mcp_session_get_id (f.session));
  g_assert_cmpint (sscanf (frame, "id: %" G_GUINT64_FORMAT "\n", &first), ==, 1);
  g_assert_true (g_str_has_prefix (strchr (frame, '\n'), begin));

  other = mcp_session_store_create (f.http->store, &params, NULL, NULL);
  id = g_strdup (mcp_session_get_id (other));
  added = g_strdup_printf ("event: session-added\nid: %" G_GUINT64_FORMAT
                           "\ndata: {\"session_id\":\"%s\",\"label\":\"“l”\",\"cwd\":\"%s\"}\n\n",
                           first + 1, id, mcp_session_get_cwd (other));
  mcp_test_stream_expect_frame (stream, added);
  mcp_session_publish (other, &(McpProgressFields){ .progress = 1 });
  g_assert_cmpuint (read_event (stream, parser), ==, first + 2);
  object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (object, "session_id"), ==, id);

  removed = g_strdup_printf ("event: session-removed\nid: %" G_GUINT64_FORMAT
                             "\ndata: {\"session_id\":\"%s\",\"label\":\"“l”\",\"cwd\":\"%s\"}\n\n",
                             first + 3, id, mcp_session_get_cwd (other));
  mcp_session_store_close (f.http->store, id, MCP_REASON_CLOSED, NULL);
  mcp_test_stream_expect_frame (stream, removed);
}

static void
test_owner_resume (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestStream) back = NULL;
  g_autofree char *fields = NULL;
  guint64 id;

  g_test_summary ("An owner's reader that comes back is told how many it missed");
  fixture_init (&f, NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_UNIX, "/events", NULL);
  publish (&f, 1, NULL);
  id = read_event (stream, NULL);
  publish (&f, 2, NULL);
  publish (&f, 3, NULL);
  fields = g_strdup_printf ("Last-Event-ID: %" G_GUINT64_FORMAT "\r\n", id);
  back = mcp_test_stream_open (f.http, MCP_TEST_UNIX, "/events", fields);
  mcp_test_stream_expect_frame (back, "event: lagged\ndata: {\"missed\": 2}\n\n");
  publish (&f, 4, NULL);
  g_assert_cmpuint (read_event (back, NULL), ==, id + 3);
}

static void
test_order (void)
{
  g_auto (Fixture) f = { NULL };
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("Events come in order, alone or in a burst");
  fixture_init (&f, NULL);
  stream = open_events (&f);
  for (guint i = 0; i < 20; i++)
    {
      publish (&f, i, NULL);
      g_assert_cmpfloat (read_progress (stream), ==, i);
    }
  for (guint i = 20; i < 60; i++)
    publish (&f, i, NULL);
  for (guint i = 20; i < 60; i++)
    g_assert_cmpfloat (read_progress (stream), ==, i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/events/content", test_content);
  g_test_add_func ("/http/events/order", test_order);
  g_test_add_func ("/http/events/closed", test_closed);
  g_test_add_func ("/http/events/resume", test_resume);
  g_test_add_func ("/http/events/gap", test_gap);
  g_test_add_func ("/http/events/lagged", test_lagged);
  g_test_add_func ("/http/events/large", test_large_events);
  g_test_add_func ("/http/events/vanished", test_vanished);
  g_test_add_func ("/http/events/keep-alive", test_keep_alive);
  g_test_add_func ("/http/events/limit", test_limit);
  g_test_add_func ("/http/events/owner", test_owner_events);
  g_test_add_func ("/http/events/owner/resume", test_owner_resume);

  return g_test_run ();
}
