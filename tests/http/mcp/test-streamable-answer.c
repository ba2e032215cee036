/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Answers of /mcp that take their time: with a real upstream server behind the
 * gateway, which reports progress, hangs or gets large on command.
 */
#include "common/mcp-names.h"
#include "mcp-fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define INITIALIZE                                                       \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" \
  "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"              \
  "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define BOTH "Accept: application/json, text/event-stream\r\n"

static char *
make_call (const char *tool, const char *arguments, gboolean with_token)
{
  return g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":{"
                          "\"name\":\"t__%s\",\"arguments\":%s%s}}",
                          tool, arguments,
                          with_token ? ",\"_meta\":{\"progressToken\":\"tok\"}" : "");
}

/* Sends a call, and does not wait. */
static McpTestStream *
begin (McpFixture *f, const char *fields, const char *body)
{
  McpTestStream *stream = mcp_test_stream_connect (f->http, MCP_TEST_TCP);
  g_autofree char *text =
      g_strdup_printf ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
                       "Content-Type: application/json\r\n"
                       "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                       fields, strlen (body), body);

  mcp_test_stream_send (stream, text, strlen (text));
  return stream;
}

static McpTestStream *
begin_call (McpFixture *f,
            const char *fields,
            const char *tool,
            const char *arguments,
            gboolean with_token)
{
  g_autofree char *body = make_call (tool, arguments, with_token);

  return begin (f, fields, body);
}

static void
expect_head (McpTestStream *stream, const char *status, const char *type)
{
  g_autofree char *head = mcp_test_stream_read_until (stream, "\r\n\r\n");
  g_autofree char *begin_of_head = g_strconcat ("HTTP/1.1 ", status, " ", NULL);

  g_assert_nonnull (head);
  if (!g_str_has_prefix (head, begin_of_head))
    g_error ("Not %s: %s", status, head);
  if (type != NULL)
    {
      g_autofree char *field = g_strconcat ("Content-Type: ", type, "\r\n", NULL);

      g_assert_nonnull (strstr (head, field));
    }
}

/* Passes over the event without a message that streams of attached clients begin with. */
static char *
read_message (McpTestStream *stream)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);

  if (frame != NULL && strstr (frame, "\nretry: ") != NULL)
    return mcp_test_stream_read_frame (stream);
  return g_steal_pointer (&frame);
}

static void
expect_progress (McpTestStream *stream, guint progress)
{
  g_autofree char *frame = read_message (stream);
  g_autofree char *member = g_strdup_printf ("\"progress\":%u", progress);

  g_assert_nonnull (frame);
  g_assert_nonnull (strstr (frame, "data: {"));
  g_assert_nonnull (strstr (frame, "\"method\":\"notifications/progress\""));
  g_assert_nonnull (strstr (frame, "\"progressToken\":\"tok\""));
  g_assert_nonnull (strstr (frame, member));
}

static char *
attach (McpFixture *f)
{
  g_autoptr (McpTestReply) reply = mcp_test_http_post_json (f->http, "/mcp", f->token, INITIALIZE);
  g_autofree char *id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);

  g_assert_nonnull (id);
  return g_strdup_printf ("%s" BOTH MCP_HEADER_SESSION_ID ": %s\r\n", f->bearer, id);
}

static char *
default_fields (McpFixture *f)
{
  return g_strconcat (f->bearer, BOTH, NULL);
}

static void
test_stream (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;

  g_test_summary ("Progress makes the answer an event stream; the result comes last, then the end");
  mcp_fixture_init_with_server (&f);
  fields = default_fields (&f);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (McpTestStream) stream =
          begin_call (&f, fields, round == 0 ? "count" : "burst", "{\"steps\":5}", TRUE);
      g_autofree char *result = NULL;

      expect_head (stream, "200", "text/event-stream");
      for (guint i = 1; i <= 5; i++)
        expect_progress (stream, i);
      result = mcp_test_stream_read_frame (stream);
      g_assert_true (
          g_str_has_prefix (result, "data: {\"jsonrpc\":\"2.0\",\"id\":\"c\",\"result\":"));
      mcp_test_stream_expect_eof (stream);
    }
  mcp_test_http_wait_connections (f.http, 0);
}

static void
test_json (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *both = NULL;
  g_autofree char *json_only = NULL;

  g_test_summary ("Without a token, or for a client that takes no stream, the answer is JSON");
  mcp_fixture_init_with_server (&f);
  both = default_fields (&f);
  json_only = g_strconcat (f.bearer, "Accept: application/json\r\n", NULL);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (McpTestStream) stream =
          begin_call (&f, round == 0 ? both : json_only, "count", "{\"steps\":5}", round == 1);
      g_autofree char *result = NULL;

      expect_head (stream, "200", "application/json");
      result = mcp_test_stream_read_until (stream, "}}");
      g_assert_true (g_str_has_prefix (result, "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"result\":{"));
      mcp_test_stream_expect_eof (stream);
    }
}

static void
test_huge (void)
{
  static const char *const accept[] = { "application/json", "text/event-stream" };
  g_auto (McpFixture) f = { NULL };

  g_test_summary ("A large result arrives whole in either form");
  mcp_fixture_init_with_server (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (accept); i++)
    {
      g_autofree char *fields = g_strdup_printf ("%sAccept: %s\r\n", f.bearer, accept[i]);
      g_autoptr (McpTestStream) stream =
          begin_call (&f, fields, "huge", "{\"bytes\":3000000}", FALSE);
      g_autofree char *result = NULL;

      expect_head (stream, "200", accept[i]);
      result = mcp_test_stream_read_until (stream, i == 0 ? "]}}" : "\n\n");
      g_assert_cmpuint (strlen (result), >, 3000000);
      mcp_test_stream_expect_eof (stream);
    }
}

/* Runs the main context until the session's watcher sees a call in that state. */
static void
expect_state (McpTestStream *watcher, const char *state)
{
  g_autofree char *member = g_strdup_printf ("\"state\":\"%s\"", state);

  for (;;)
    {
      g_autofree char *frame = mcp_test_stream_read_frame (watcher);

      g_assert_nonnull (frame);
      if (strstr (frame, "\"state\":\"running\"") != NULL && strcmp (state, "running") != 0)
        continue;
      if (g_str_has_prefix (frame, "event: lagged\n"))
        continue;
      if (strstr (frame, member) == NULL)
        g_error ("Not %s: %s", state, frame);
      return;
    }
}

static void
test_default_client_goes (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) watcher = NULL;
  McpTestStream *waiting;
  McpTestStream *streaming;

  g_test_summary ("A client without an attachment of its own cancels its call by going");
  mcp_fixture_init_with_server (&f);
  fields = default_fields (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);

  waiting = begin_call (&f, fields, "hang", "{}", FALSE);
  expect_state (watcher, "running");
  mcp_test_stream_free (waiting);
  expect_state (watcher, "cancelled");

  streaming = begin_call (&f, fields, "count", "{\"steps\":1000,\"delay_ms\":100}", TRUE);
  expect_head (streaming, "200", "text/event-stream");
  expect_progress (streaming, 1);
  mcp_test_stream_free (streaming);
  expect_state (watcher, "cancelled");
  g_assert_cmpuint (mcp_session_get_calls_in_flight (f.session), ==, 0);
  mcp_test_http_wait_connections (f.http, 1);
}

static void
test_attached_client_goes (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) watcher = NULL;
  McpTestStream *waiting;
  McpTestStream *streaming;

  g_test_summary ("The call of an attached client goes on when its connection is lost");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);

  waiting = begin_call (&f, fields, "wait", "{\"delay_ms\":100}", FALSE);
  expect_state (watcher, "running");
  mcp_test_stream_free (waiting);
  mcp_test_http_wait_connections (f.http, 1);
  expect_state (watcher, "ok");

  streaming = begin_call (&f, fields, "count", "{\"steps\":5,\"delay_ms\":30}", TRUE);
  expect_head (streaming, "200", "text/event-stream");
  expect_progress (streaming, 1);
  mcp_test_stream_free (streaming);
  expect_state (watcher, "ok");
}

static void
test_withdrawn (void)
{
  static const char cancel[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                               "\"params\":{\"requestId\":\"c\"}}";
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) watcher = NULL;

  g_test_summary ("A request that its client withdraws ends without a response");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (McpTestStream) stream =
          round == 0 ? begin_call (&f, fields, "hang", "{}", FALSE)
                     : begin_call (&f, fields, "count", "{\"steps\":1000,\"delay_ms\":100}", TRUE);
      g_autoptr (McpTestStream) notification = NULL;
      g_autofree char *frame = NULL;

      expect_state (watcher, "running");
      if (round == 1)
        {
          expect_head (stream, "200", "text/event-stream");
          expect_progress (stream, 1);
        }
      notification = begin (&f, fields, cancel);
      expect_head (notification, "202", NULL);
      expect_state (watcher, "cancelled");
      if (round == 0)
        expect_head (stream, "202", NULL);
      while ((frame = mcp_test_stream_read_frame (stream)) != NULL)
        {
          g_assert_null (strstr (frame, "\"id\":"));
          g_clear_pointer (&frame, g_free);
        }
    }
  mcp_test_http_wait_connections (f.http, 1);
}

static void
test_unread (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *message = g_strnfill (1000000, 'm');
  g_autofree char *arguments = g_strdup_printf ("{\"steps\":60,\"message\":\"%s\"}", message);
  g_autoptr (McpTestStream) watcher = NULL;
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("A client that does not read its answer is cut off before it costs too much");
  mcp_fixture_init_with_server (&f);
  fields = default_fields (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);
  stream = begin_call (&f, fields, "count", arguments, TRUE);
  expect_state (watcher, "cancelled");
  mcp_test_http_wait_connections (f.http, 1);
}

/* Returns: how many bytes came before the end */
static gsize
read_to_end (McpTestStream *stream)
{
  char buffer[65536];
  gsize n_bytes = 0;
  gssize n;

  while ((n = recv (stream->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0 ||
         (n < 0 && errno == EAGAIN))
    if (n > 0)
      n_bytes += (gsize) n;
    else
      g_main_context_iteration (NULL, FALSE);
  return n_bytes;
}

static void
wait_for_call (McpFixture *f, guint n_calls)
{
  while (mcp_session_get_calls_in_flight (f->session) != n_calls)
    g_main_context_iteration (NULL, TRUE);
}

/* A large answer is written by a thread, so that it may come after the end of its call. */
static void
wait_for_bytes (McpTestStream *stream)
{
  char byte;

  while (recv (stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
    g_main_context_iteration (NULL, FALSE);
}

#define UNREAD_BYTES 12000000
#define UNREAD_CALL  "{\"bytes\":12000000}"

/* @fields: how the answers are asked for; @with_token: as streams */
static void
check_unread (McpFixture *f, const char *fields, gboolean with_token)
{
  McpTestStream *streams[3];

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      streams[i] = begin_call (f, fields, "huge", UNREAD_CALL, with_token);
      wait_for_call (f, 1);
      wait_for_call (f, 0);
      wait_for_bytes (streams[i]);
    }

  g_assert_cmpuint (read_to_end (streams[0]), <, UNREAD_BYTES);
  g_assert_cmpuint (read_to_end (streams[1]), <, UNREAD_BYTES);
  g_assert_cmpuint (read_to_end (streams[2]), >, UNREAD_BYTES);
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    mcp_test_stream_free (streams[i]);
}

static void
test_unread_answers (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *json = NULL;
  McpLimits limits;

  g_test_summary ("What the clients of a session do not read is bounded: the connection of the "
                  "answer that has moved least is closed");
  mcp_fixture_init_with_server (&f);
  mcp_limits_init_defaults (&limits);
  limits.unread_bytes_per_session = 20 * 1000 * 1000;
  mcp_http_server_set_limits (f.http->server, &limits);
  json = g_strconcat (f.bearer, "Accept: application/json\r\n", NULL);
  check_unread (&f, json, FALSE);
}

static void
test_unread_answers_in_all (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *json = NULL;
  McpLimits limits;

  g_test_summary ("What clients do not read is bounded for all sessions together");
  mcp_fixture_init_with_server (&f);
  mcp_limits_init_defaults (&limits);
  limits.unread_bytes = 20 * 1000 * 1000;
  mcp_http_server_set_limits (f.http->server, &limits);
  json = g_strconcat (f.bearer, "Accept: application/json\r\n", NULL);
  check_unread (&f, json, FALSE);
}

static void
test_unread_streams (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *stream = NULL;
  McpLimits limits;

  g_test_summary ("Streams that are not read are bounded as other answers are");
  mcp_fixture_init_with_server (&f);
  mcp_limits_init_defaults (&limits);
  limits.unread_bytes_per_session = 20 * 1000 * 1000;
  mcp_http_server_set_limits (f.http->server, &limits);
  stream = g_strconcat (f.bearer, "Accept: text/event-stream\r\n", NULL);
  check_unread (&f, stream, TRUE);
}

static void
test_session_ends (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) watcher = NULL;
  g_autoptr (McpTestStream) waiting = NULL;
  g_autofree char *head = NULL;

  g_test_summary ("A call whose session ends is answered");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);
  waiting = begin_call (&f, fields, "hang", "{}", FALSE);
  expect_state (watcher, "running");
  mcp_session_store_close (f.http->store, mcp_session_get_id (f.session), MCP_REASON_CLOSED, NULL);
  head = mcp_test_stream_read_until (waiting, "\r\n\r\n");
  g_assert_nonnull (head);
  mcp_test_http_wait_connections (f.http, 0);
}

static void
test_server_closes (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *attached = NULL;
  g_autofree char *other = NULL;
  g_autoptr (McpTestStream) watcher = NULL;
  g_autoptr (McpTestStream) waiting = NULL;
  g_autoptr (McpTestStream) streaming = NULL;
  g_autoptr (McpTestStream) mine = NULL;

  g_test_summary ("A server that closes with calls in flight lets go of everything");
  mcp_fixture_init_with_server (&f);
  fields = default_fields (&f);
  attached = attach (&f);
  other = attach (&f);
  watcher = mcp_test_stream_open_events (f.http, f.session, f.token);
  waiting = begin_call (&f, fields, "hang", "{}", FALSE);
  expect_state (watcher, "running");
  mine = begin_call (&f, attached, "hang", "{}", FALSE);
  expect_state (watcher, "running");
  streaming = begin_call (&f, other, "count", "{\"steps\":1000,\"delay_ms\":100}", TRUE);
  expect_head (streaming, "200", "text/event-stream");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/mcp-answer/stream", test_stream);
  g_test_add_func ("/http/mcp-answer/json", test_json);
  g_test_add_func ("/http/mcp-answer/huge", test_huge);
  g_test_add_func ("/http/mcp-answer/default-client-goes", test_default_client_goes);
  g_test_add_func ("/http/mcp-answer/attached-client-goes", test_attached_client_goes);
  g_test_add_func ("/http/mcp-answer/withdrawn", test_withdrawn);
  g_test_add_func ("/http/mcp-answer/unread", test_unread);
  g_test_add_func ("/http/mcp-answer/unread-answers", test_unread_answers);
  g_test_add_func ("/http/mcp-answer/unread-answers-in-all", test_unread_answers_in_all);
  g_test_add_func ("/http/mcp-answer/unread-streams", test_unread_streams);
  g_test_add_func ("/http/mcp-answer/session-ends", test_session_ends);
  g_test_add_func ("/http/mcp-answer/server-closes", test_server_closes);

  return g_test_run ();
}
