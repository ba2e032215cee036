/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What only old revisions have: batches, and the pair of GET /sse and POST
 * /messages. With a real upstream server behind the gateway.
 */
#include "common/mcp-names.h"
#include "mcp-fixture.h"

#include <string.h>
#include <sys/socket.h>

#define BOTH     "Accept: application/json, text/event-stream\r\n"
#define JSON     "Content-Type: application/json\r\n"
#define PING(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"ping\"}"
#define INITIALIZE(revision)                                                           \
  "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"               \
  "\"protocolVersion\":\"" revision "\",\"capabilities\":{},\"clientInfo\":{\"name\":" \
  "\"t\",\"version\":\"1\"}}}"

static char *
attach (McpFixture *f, const char *initialize)
{
  g_autoptr (McpTestReply) reply = mcp_test_http_post_json (f->http, "/mcp", f->token, initialize);
  g_autofree char *id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);

  g_assert_nonnull (id);
  return g_strdup_printf ("%s" BOTH JSON MCP_HEADER_SESSION_ID ": %s\r\n", f->bearer, id);
}

static McpTestReply *
post (McpFixture *f, const char *fields, const char *body)
{
  return mcp_test_http_request (f->http, MCP_TEST_TCP, "POST", "/mcp", fields, body);
}

static void
assert_refused (McpTestReply *reply)
{
  g_assert_cmpuint (reply->status, ==, 400);
  g_assert_nonnull (strstr (reply->body, "\"code\":-32600"));
}

static void
test_batch_is_answered_by_one (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestReply) reply = NULL;
  g_autoptr (McpTestReply) nothing = NULL;

  g_test_summary ("The responses to a batch are an array; a batch that asks nothing has none");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  reply = post (
      &f, fields,
      " [" PING ("1") ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}," PING (
          "\"1\"") "]");
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (reply->body, ==,
                   "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},"
                   "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}]");

  nothing = post (&f, fields, "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]");
  g_assert_cmpuint (nothing->status, ==, 202);
}

static void
test_batch_becomes_a_stream (void)
{
  static const char body[] = "[" PING (
      "1") ",{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":"
           "\"t__count\",\"arguments\":{\"steps\":2},\"_meta\":{\"progressToken\":7}}}]";
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *text = NULL;
  g_autofree char *all = NULL;
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("A batch whose calls report progress is answered by a stream with all responses");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  stream = mcp_test_stream_connect (f.http, MCP_TEST_TCP);
  text = g_strdup_printf ("POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                          fields, strlen (body), body);
  mcp_test_stream_send (stream, text, strlen (text));
  all = mcp_test_stream_read_until (stream, "\"id\":2,\"result\":");
  g_assert_nonnull (strstr (all, "Content-Type: text/event-stream"));
  g_assert_nonnull (strstr (all, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
  g_assert_nonnull (strstr (all, "\"progressToken\":7"));
}

static void
test_batches_that_are_refused (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *old = NULL;
  g_autofree char *new = NULL;
  g_autofree char *default_fields = NULL;
  g_autoptr (McpTestReply) empty = NULL;
  g_autoptr (McpTestReply) malformed = NULL;
  g_autoptr (McpTestReply) initialize = NULL;
  g_autoptr (McpTestReply) later = NULL;
  g_autoptr (McpTestReply) default_one = NULL;

  g_test_summary ("Batches that are empty, malformed, hold an initialize, or come in a revision "
                  "without them are refused whole");
  mcp_fixture_init_with_server (&f);
  old = attach (&f, INITIALIZE ("2024-11-05"));
  new = attach (&f, INITIALIZE ("2025-06-18"));
  default_fields = g_strconcat (f.bearer, BOTH JSON, NULL);

  empty = post (&f, old, "[]");
  assert_refused (empty);
  malformed = post (&f, old, "[" PING ("1") ",7]");
  assert_refused (malformed);
  initialize = post (&f, old, "[" INITIALIZE ("2025-03-26") "]");
  assert_refused (initialize);
  later = post (&f, new, "[" PING ("1") "]");
  assert_refused (later);
  default_one = post (&f, default_fields, "[" PING ("1") "]");
  assert_refused (default_one);
}

static char *
make_batch (guint n_messages, const char *message)
{
  GString *batch = g_string_new ("[");

  for (guint i = 0; i < n_messages; i++)
    {
      if (i > 0)
        g_string_append_c (batch, ',');
      g_string_append_printf (batch, "{\"jsonrpc\":\"2.0\",\"id\":%u,%s}", i, message);
    }
  g_string_append_c (batch, ']');
  return g_string_free (batch, FALSE);
}

static void
test_batch_has_at_most_1000 (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *most = make_batch (1000, "\"method\":\"ping\"");
  g_autofree char *more = make_batch (1001, "\"method\":\"ping\"");
  g_autoptr (McpTestReply) taken = NULL;
  g_autoptr (McpTestReply) refused = NULL;

  g_test_summary ("A batch has at most 1,000 messages");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  taken = post (&f, fields, most);
  g_assert_cmpuint (taken->status, ==, 200);
  g_assert_true (
      g_str_has_suffix (taken->body, ",{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":{}}]"));
  refused = post (&f, fields, more);
  assert_refused (refused);
}

static void
test_batch_heeds_headers (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *id = NULL;
  g_autofree char *text_only = NULL;
  g_autofree char *future = NULL;
  g_autoptr (McpTestReply) not_acceptable = NULL;
  g_autoptr (McpTestReply) unsupported = NULL;

  g_test_summary ("What a batch's headers ask for holds as for one message");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  id = g_strdup (strstr (fields, MCP_HEADER_SESSION_ID));
  text_only = g_strconcat (f.bearer, JSON "Accept: text/plain\r\n", id, NULL);
  future = g_strconcat (fields, MCP_HEADER_PROTOCOL ": 2999-01-01\r\n", NULL);

  not_acceptable = post (&f, text_only, "[" PING ("1") "]");
  g_assert_cmpuint (not_acceptable->status, ==, 406);
  unsupported = post (&f, future, "[" PING ("1") "]");
  g_assert_cmpuint (unsupported->status, ==, 400);
  g_assert_nonnull (strstr (unsupported->body, "\"requested\":\"2999-01-01\""));
}

#define HUGE_CALL                                               \
  "\"method\":\"tools/call\",\"params\":{\"name\":\"t__huge\"," \
  "\"arguments\":{\"bytes\":3000000}}"

static void
test_batch_gets_large (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *json_only = NULL;
  g_autofree char *two = make_batch (2, HUGE_CALL);
  g_autofree char *many = make_batch (12, HUGE_CALL);
  g_autoptr (McpTestReply) array = NULL;
  g_autoptr (McpTestReply) stream = NULL;
  g_autoptr (McpTestReply) refused = NULL;

  g_test_summary ("Large responses come on a stream, if the client takes one; else there is an end "
                  "to what is gathered for it");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  json_only = g_strconcat (f.bearer, JSON "Accept: application/json\r\n",
                           strstr (fields, MCP_HEADER_SESSION_ID), NULL);

  array = post (&f, json_only, two);
  g_assert_cmpuint (array->status, ==, 200);
  g_assert_cmpuint (array->n_body, >, 6000000);
  g_assert_true (g_str_has_prefix (array->body, "[{") && g_str_has_suffix (array->body, "}]"));
  stream = post (&f, fields, two);
  g_assert_nonnull (strstr (stream->head, "Content-Type: text/event-stream\r\n"));
  g_assert_nonnull (strstr (stream->body, "\"id\":0,\"result\":"));
  g_assert_nonnull (strstr (stream->body, "\"id\":1,\"result\":"));
  refused = post (&f, json_only, many);
  g_assert_cmpuint (refused->status, ==, 500);
  g_assert_true (g_str_has_prefix (refused->body,
                                   "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,"));
  g_assert_cmpuint (mcp_session_get_calls_in_flight (f.session), ==, 0);
}

#define LIST "\"method\":\"tools/list\""

static void
send_post (McpTestStream *stream, const char *fields, const char *body)
{
  g_autofree char *text = g_strdup_printf ("POST /mcp HTTP/1.1\r\nHost: localhost\r\n%s"
                                           "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                                           fields, strlen (body), body);

  mcp_test_stream_send (stream, text, strlen (text));
}

static gboolean
has_input (McpTestStream *stream)
{
  char byte;

  return recv (stream->fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

static void
test_batch_lets_others_in (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *json_only = NULL;
  g_autofree char *batch = make_batch (1000, LIST);
  g_autofree char *answer = NULL;
  g_autoptr (McpTestReply) list = NULL;
  g_autoptr (McpTestReply) health = NULL;
  McpTestStream *stream;

  g_test_summary ("While a batch of 1,000 lists is answered, other clients get their answers");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  json_only = g_strconcat (f.bearer, JSON "Accept: application/json\r\nConnection: close\r\n",
                           strstr (fields, MCP_HEADER_SESSION_ID), NULL);
  list = post (&f, fields, "{\"jsonrpc\":\"2.0\",\"id\":1," LIST "}");
  g_assert_cmpuint (list->status, ==, 200);

  stream = mcp_test_stream_connect (f.http, MCP_TEST_TCP);
  send_post (stream, json_only, batch);
  health = mcp_test_http_request (f.http, MCP_TEST_TCP, "GET", "/health", NULL, NULL);
  g_assert_cmpuint (health->status, ==, 200);
  g_assert_false (has_input (stream));
  answer = mcp_test_stream_read_until (stream, "\"id\":999,");
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200 "));
  mcp_test_stream_free (stream);
}

static void
test_batch_waits_for_its_reader (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *batch = make_batch (40, HUGE_CALL);
  g_autoptr (McpTestReply) reply = NULL;

  g_test_summary ("A batch whose responses come to far more than a stream holds has them all, if "
                  "its client reads");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, INITIALIZE ("2025-03-26"));
  reply = post (&f, fields, batch);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpuint (reply->n_body, >, 40 * 3000000);
  g_assert_nonnull (strstr (reply->body, "\"id\":0,\"result\":"));
  g_assert_nonnull (strstr (reply->body, "\"id\":39,\"result\":"));
}

/* The pair */

static char *
read_endpoint (McpTestStream *stream)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);
  const char *begin = "event: endpoint\ndata: ";

  g_assert_true (g_str_has_prefix (frame, begin));
  return g_strchomp (g_strdup (frame + strlen (begin)));
}

static void
send_to (McpFixture *f, const char *endpoint, const char *body)
{
  g_autofree char *fields = g_strconcat (f->bearer, JSON, NULL);
  g_autoptr (McpTestReply) reply =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "POST", endpoint, fields, body);

  g_assert_cmpuint (reply->status, ==, 202);
  g_assert_cmpuint (reply->n_body, ==, 0);
}

static void
expect_message (McpTestStream *stream, const char *part)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);

  g_assert_true (g_str_has_prefix (frame, "event: message\ndata: {"));
  if (strstr (frame, part) == NULL)
    g_error ("“%s” is not in: %s", part, frame);
}

static void
test_pair (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *endpoint = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) gone = NULL;

  g_test_summary (
      "A client of 2024-11-05 has all its answers on one stream, and leaves by ending it");
  mcp_fixture_init_with_server (&f);
  fields = g_strconcat (f.bearer, "Accept: text/event-stream\r\n", NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_TCP, "/sse", fields);
  endpoint = read_endpoint (stream);

  send_to (&f, endpoint, INITIALIZE ("2024-11-05"));
  expect_message (stream, "\"protocolVersion\":\"2024-11-05\"");
  send_to (&f, endpoint, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  send_to (&f, endpoint,
           "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":"
           "\"t__count\",\"arguments\":{\"steps\":1},\"_meta\":{\"progressToken\":\"p\"}}}");
  expect_message (stream, "\"progressToken\":\"p\"");
  expect_message (stream, "\"id\":2,\"result\":");

  g_clear_pointer (&stream, mcp_test_stream_free);
  mcp_test_http_wait_connections (f.http, 0);
  gone = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", endpoint,
                                "Content-Type: application/json\r\n", PING ("3"));
  g_assert_cmpuint (gone->status, ==, 404);
}

static void
test_pair_is_its_clients_own (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *endpoint = NULL;
  g_autofree char *other_token = NULL;
  g_autofree char *other = NULL;
  g_autofree char *streamable = NULL;
  g_autofree char *mixed = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) foreign = NULL;
  g_autoptr (McpTestReply) anonymous = NULL;
  g_autoptr (McpTestReply) missing = NULL;
  const char *id;

  g_test_summary ("An endpoint takes messages of its session's clients only");
  mcp_fixture_init_with_server (&f);
  fields = g_strconcat (f.bearer, "Accept: text/event-stream\r\n", NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_TCP, "/sse", fields);
  endpoint = read_endpoint (stream);
  g_assert_nonnull (mcp_test_http_create_session (f.http, &other_token));
  other = g_strdup_printf ("Authorization: Bearer %s\r\n" JSON, other_token);

  foreign = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", endpoint, other, PING ("1"));
  g_assert_cmpuint (foreign->status, ==, 404);
  anonymous = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", endpoint, JSON, PING ("1"));
  g_assert_cmpuint (anonymous->status, ==, 401);

  streamable = attach (&f, INITIALIZE ("2025-03-26"));
  id = strstr (streamable, MCP_HEADER_SESSION_ID ": ") + strlen (MCP_HEADER_SESSION_ID ": ");
  mixed = g_strdup_printf ("/messages?sessionId=%.*s", (int) strcspn (id, "\r"), id);
  missing = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", mixed, streamable, PING ("1"));
  g_assert_cmpuint (missing->status, ==, 404);
}

static void
test_pair_unread (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *message = g_strnfill (1000000, 'm');
  g_autofree char *call = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"t__count\","
      "\"arguments\":{\"steps\":60,\"message\":\"%s\"},\"_meta\":{\"progressToken\":1}}}",
      message);
  g_autofree char *fields = NULL;
  g_autofree char *endpoint = NULL;
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("A client that does not read its stream is cut off, and its call ends");
  mcp_fixture_init_with_server (&f);
  fields = g_strconcat (f.bearer, "Accept: text/event-stream\r\n", NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_TCP, "/sse", fields);
  endpoint = read_endpoint (stream);
  send_to (&f, endpoint, INITIALIZE ("2025-06-18"));
  send_to (&f, endpoint, call);
  mcp_test_http_wait_connections (f.http, 0);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (f.session), ==, 0);
}

static void
test_pair_without_token (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *endpoint = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestReply) taken = NULL;

  g_test_summary (
      "A client without a token has a session of its own, as long as its stream is open");
  mcp_fixture_init_with_server (&f);
  g_assert_cmpuint (mcp_session_store_expire (f.http->store, G_MAXINT64), ==, 1);
  stream = mcp_test_stream_open (f.http, MCP_TEST_TCP, "/sse", NULL);
  endpoint = read_endpoint (stream);
  taken = mcp_test_http_request (f.http, MCP_TEST_TCP, "POST", endpoint, JSON, PING ("1"));
  g_assert_cmpuint (taken->status, ==, 202);
  expect_message (stream, "\"id\":1,\"result\":{}");

  g_assert_cmpuint (mcp_session_store_expire (f.http->store, G_MAXINT64), ==, 0);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 1);
  g_clear_pointer (&stream, mcp_test_stream_free);
  mcp_test_http_wait_connections (f.http, 0);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f.http->store), ==, 0);
}

static void
test_pair_session_ends (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *endpoint = NULL;
  g_autoptr (McpTestStream) stream = NULL;

  g_test_summary ("The stream ends with the session");
  mcp_fixture_init_with_server (&f);
  fields = g_strconcat (f.bearer, "Accept: text/event-stream\r\n", NULL);
  stream = mcp_test_stream_open (f.http, MCP_TEST_TCP, "/sse", fields);
  endpoint = read_endpoint (stream);
  mcp_session_store_close (f.http->store, mcp_session_get_id (f.session), MCP_REASON_CLOSED, NULL);
  mcp_test_stream_expect_eof (stream);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/mcp-old/batch-is-answered-by-one", test_batch_is_answered_by_one);
  g_test_add_func ("/http/mcp-old/batch-becomes-a-stream", test_batch_becomes_a_stream);
  g_test_add_func ("/http/mcp-old/batches-that-are-refused", test_batches_that_are_refused);
  g_test_add_func ("/http/mcp-old/batch-has-at-most-1000", test_batch_has_at_most_1000);
  g_test_add_func ("/http/mcp-old/batch-heeds-headers", test_batch_heeds_headers);
  g_test_add_func ("/http/mcp-old/batch-gets-large", test_batch_gets_large);
  g_test_add_func ("/http/mcp-old/batch-lets-others-in", test_batch_lets_others_in);
  g_test_add_func ("/http/mcp-old/batch-waits-for-its-reader", test_batch_waits_for_its_reader);
  g_test_add_func ("/http/mcp-old/pair", test_pair);
  g_test_add_func ("/http/mcp-old/pair-is-its-clients-own", test_pair_is_its_clients_own);
  g_test_add_func ("/http/mcp-old/pair-unread", test_pair_unread);
  g_test_add_func ("/http/mcp-old/pair-without-token", test_pair_without_token);
  g_test_add_func ("/http/mcp-old/pair-session-ends", test_pair_session_ends);
  return g_test_run ();
}
