/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Streams of /mcp that outlive their connections, and the client's own stream:
 * with a real upstream server behind the gateway.
 */
#include "common/mcp-names.h"
#include "http/mcp/mcp-resumable-streams.h"
#include "mcp-fixture.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

#define BOTH    "Accept: application/json, text/event-stream\r\n"
#define STREAM  "Accept: text/event-stream\r\n"
#define N_STEPS 4

/* The header fields of a client that has initialized. */
static char *
attach (McpFixture *f, const char *revision)
{
  g_autofree char *initialize = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
      "\"%s\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}",
      revision);
  g_autoptr (McpTestReply) reply = mcp_test_http_post_json (f->http, "/mcp", f->token, initialize);
  g_autofree char *id = mcp_test_reply_dup_field (reply, MCP_HEADER_SESSION_ID);
  g_autofree char *fields = g_strdup_printf ("%s" MCP_HEADER_SESSION_ID ": %s\r\n", f->bearer, id);
  g_autofree char *post = g_strconcat (fields, BOTH, "Content-Type: application/json\r\n", NULL);
  g_autoptr (McpTestReply) confirmed =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "POST", "/mcp", post,
                             "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");

  g_assert_nonnull (id);
  g_assert_cmpuint (confirmed->status, ==, 202);
  return g_steal_pointer (&fields);
}

static McpTestStream *
begin_call (McpFixture *f, const char *fields, const char *tool, const char *arguments)
{
  McpTestStream *stream = mcp_test_stream_connect (f->http, MCP_TEST_TCP);
  g_autofree char *body = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":\"c\",\"method\":\"tools/call\",\"params\":{\"name\":\"t__%s\","
      "\"arguments\":%s,\"_meta\":{\"progressToken\":\"tok\"}}}",
      tool, arguments);
  g_autofree char *text = g_strdup_printf (
      "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s" BOTH
      "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      fields, strlen (body), body);
  g_autofree char *head = NULL;

  mcp_test_stream_send (stream, text, strlen (text));
  head = mcp_test_stream_read_until (stream, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 200 "));
  return stream;
}

static McpTestStream *
listen_after (McpFixture *f, const char *fields, const char *last_id)
{
  g_autofree char *all =
      last_id != NULL ? g_strdup_printf ("%s" STREAM "Last-Event-ID: %s\r\n", fields, last_id)
                      : g_strconcat (fields, STREAM, NULL);

  return mcp_test_stream_open (f->http, MCP_TEST_TCP, "/mcp", all);
}

static char *
find_id (const char *frame)
{
  g_assert_true (g_str_has_prefix (frame, "id: "));
  return g_strndup (frame + strlen ("id: "), strcspn (frame + strlen ("id: "), "\n"));
}

/* What a frame of the call says: 0: nothing yet, N_STEPS + 1: the result, else the progress. */
static guint
read_step (const char *frame)
{
  const char *progress = strstr (frame, "\"progress\":");

  if (g_str_has_suffix (frame, "data: \n\n") || g_str_has_suffix (frame, "data: "))
    return 0;
  if (progress != NULL)
    return (guint) g_ascii_strtoull (progress + strlen ("\"progress\":"), NULL, 10);
  g_assert_nonnull (strstr (frame, "\"id\":\"c\",\"result\":"));
  return N_STEPS + 1;
}

static void
test_resume_after_a_cut_at_every_event (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;

  g_test_summary (
      "Whichever event of a call's stream was the last to arrive, the client that comes "
      "back gets all the others, once and in order, the result last");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-11-25");
  for (guint cut = 0; cut <= N_STEPS + 1; cut++)
    {
      g_autoptr (McpTestStream) first = begin_call (&f, fields, "count", "{\"steps\":4}");
      g_autoptr (McpTestStream) rest = NULL;
      g_autofree char *last_id = NULL;

      for (guint step = 0; step <= cut; step++)
        {
          g_autofree char *frame = mcp_test_stream_read_frame (first);

          g_assert_cmpuint (read_step (frame), ==, step);
          g_free (last_id);
          last_id = find_id (frame);
        }
      g_clear_pointer (&first, mcp_test_stream_free);

      rest = listen_after (&f, fields, last_id);
      for (guint step = cut + 1; step <= N_STEPS + 1; step++)
        {
          g_autofree char *frame = mcp_test_stream_read_frame (rest);

          g_assert_cmpuint (read_step (frame), ==, step);
        }
      mcp_test_stream_expect_eof (rest);
    }
}

static void
test_older_clients_get_no_primer (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autofree char *frame = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("An event without a message is not sent to clients before 2025-11-25, which "
                  "would take it for a broken one; ids are");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  stream = begin_call (&f, fields, "count", "{\"steps\":4}");
  frame = mcp_test_stream_read_frame (stream);
  g_assert_cmpuint (read_step (frame), ==, 1);
  id = find_id (frame);
  g_assert_cmpuint (g_ascii_strtoull (id, NULL, 10), >, 0);
}

static void
test_silent_call_can_be_resumed (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autofree char *frame = NULL;

  g_test_summary ("A call that says nothing for a while begins its stream, so that there is an id");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-11-25");
  stream = begin_call (&f, fields, "hang", "{}");
  frame = mcp_test_stream_read_frame (stream);
  g_assert_cmpuint (read_step (frame), ==, 0);
  g_assert_nonnull (strstr (frame, "\nretry: "));
}

/* The catalogue's tools are others now. */
static void
change_tools (McpFixture *f, const char *name)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_server_config_unref);
  McpServerConfig *config = mcp_server_config_new ("t", g_getenv ("MCP_TEST_SERVER"));

  g_free (config->prefix);
  config->prefix = g_strdup (name);
  g_ptr_array_add (configs, config);
  mcp_gateway_set_servers (f->http->gateway, configs);
}

static void
list_tools (McpFixture *f, const char *fields)
{
  g_autofree char *all = g_strconcat (fields, BOTH, "Content-Type: application/json\r\n", NULL);
  g_autoptr (McpTestReply) reply =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "POST", "/mcp", all,
                             "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}");

  g_assert_cmpuint (reply->status, ==, 200);
}

static void
expect_changed (McpTestStream *stream)
{
  g_autofree char *frame = mcp_test_stream_read_frame (stream);

  if (strstr (frame, "\"method\":\"notifications/tools/list_changed\"") == NULL)
    g_error ("Not that the tools changed: %s", frame);
}

static void
test_own_stream (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) first = NULL;
  g_autoptr (McpTestStream) second = NULL;

  g_test_summary (
      "A message that belongs to no request goes to the client's own stream, also if it came before "
      "it was opened; a second one takes over");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  list_tools (&f, fields);
  change_tools (&f, "one");
  first = listen_after (&f, fields, NULL);
  expect_changed (first);

  second = listen_after (&f, fields, NULL);
  mcp_test_stream_expect_eof (first);
  change_tools (&f, "two");
  expect_changed (second);
}

static void
test_own_stream_is_resumed (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) stream = NULL;
  g_autoptr (McpTestStream) again = NULL;
  g_autofree char *frame = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("The own stream goes on behind the last message that the client has");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  list_tools (&f, fields);
  stream = listen_after (&f, fields, NULL);
  change_tools (&f, "one");
  frame = mcp_test_stream_read_frame (stream);
  id = find_id (frame);
  g_clear_pointer (&stream, mcp_test_stream_free);
  change_tools (&f, "two");

  again = listen_after (&f, fields, id);
  expect_changed (again);
}

static guint
get_status (McpFixture *f, const char *fields)
{
  g_autoptr (McpTestReply) reply =
      mcp_test_http_request (f->http, MCP_TEST_TCP, "GET", "/mcp", fields, NULL);

  return reply->status;
}

static void
test_who_may_listen (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *no_id = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *json_only = NULL;
  g_autofree char *other_token = NULL;
  g_autofree char *foreign = NULL;
  McpSession *other;
  const char *id;

  g_test_summary ("Only an attachment's own client may listen, by a stream");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-11-25");
  no_id = g_strconcat (f.bearer, STREAM, NULL);
  unknown = g_strconcat (f.bearer, STREAM MCP_HEADER_SESSION_ID ": nobody\r\n", NULL);
  json_only = g_strconcat (fields, "Accept: application/json\r\n", NULL);
  other = mcp_test_http_create_session (f.http, &other_token);
  g_assert_nonnull (other);
  id = strstr (fields, MCP_HEADER_SESSION_ID);
  foreign = g_strdup_printf ("Authorization: Bearer %s\r\n" STREAM "%s", other_token, id);

  g_assert_cmpuint (get_status (&f, STREAM), ==, 400);
  g_assert_cmpuint (get_status (&f, STREAM MCP_HEADER_PROTOCOL ": 2026-07-28\r\n"), ==, 405);
  g_assert_cmpuint (get_status (&f, no_id), ==, 405);
  g_assert_cmpuint (get_status (&f, unknown), ==, 404);
  g_assert_cmpuint (get_status (&f, json_only), ==, 406);
  g_assert_cmpuint (get_status (&f, foreign), ==, 404);
}

static void
test_streams_end_with_the_attachment (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autoptr (McpTestStream) own = NULL;
  g_autoptr (McpTestReply) ended = NULL;

  g_test_summary ("Ending an attachment ends its own stream, and nothing of it can be asked for");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  own = listen_after (&f, fields, NULL);
  ended = mcp_test_http_request (f.http, MCP_TEST_TCP, "DELETE", "/mcp", fields, NULL);
  g_assert_cmpuint (ended->status, ==, 204);
  mcp_test_stream_expect_eof (own);
  g_assert_cmpuint (get_status (&f, fields), ==, 404);
}

static guint
expire (McpFixture *f)
{
  return mcp_session_store_expire (f->http->store, G_MAXINT64);
}

static void
test_listening_is_use (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *frame = NULL;
  g_autofree char *id = NULL;
  g_autoptr (McpTestStream) first = NULL;
  g_autoptr (McpTestStream) second = NULL;
  g_autoptr (McpTestStream) resumed = NULL;

  g_test_summary ("A session does not expire as long as a client of it has its own stream open");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-11-25");
  first = listen_after (&f, fields, NULL);
  g_assert_cmpuint (expire (&f), ==, 0);

  second = listen_after (&f, fields, NULL);
  mcp_test_stream_expect_frame (first, "id: 1\nretry: 1000\ndata: \n\n");
  mcp_test_stream_expect_eof (first);
  g_assert_cmpuint (expire (&f), ==, 0);
  list_tools (&f, fields);
  change_tools (&f, "one");
  frame = mcp_test_stream_read_frame (second);
  id = find_id (frame);

  g_clear_pointer (&second, mcp_test_stream_free);
  mcp_test_http_wait_streams (f.http, 0);
  resumed = listen_after (&f, fields, id);
  g_assert_cmpuint (expire (&f), ==, 0);
  g_clear_pointer (&resumed, mcp_test_stream_free);
  mcp_test_http_wait_streams (f.http, 0);
  g_assert_cmpuint (expire (&f), ==, 1);
  g_assert_cmpuint (get_status (&f, fields), ==, 401);
}

/* Bounds */

/* Without a client that could read. */
static McpResumableStreams *
attach_nobody (McpFixture *f, McpAttachment **attachment)
{
  g_autoptr (GError) error = NULL;

  *attachment = mcp_gateway_attach (f->http->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  return mcp_resumable_streams_get (*attachment);
}

static GBytes *
make_message (gsize length)
{
  char *text = g_strnfill (length, 'm');

  text[0] = text[length - 1] = '"';
  return g_bytes_new_take (text, length);
}

static void
complete_one (McpResumableStreams *streams, GBytes *message)
{
  g_autoptr (McpMessageStream) stream = mcp_resumable_streams_add (streams);

  g_assert_true (mcp_resumable_streams_append (streams, stream, message));
  mcp_resumable_streams_complete (streams, stream);
}

static void
test_completed_are_bounded (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (GBytes) small = make_message (10);
  g_autoptr (GBytes) large = make_message (3000000);
  g_autoptr (McpMessageStream) slow = NULL;
  McpAttachment *attachment;
  McpResumableStreams *streams;

  g_test_summary ("Of streams that ended, those that did last are kept: 256, and together 8 MiB");
  mcp_fixture_init_with_server (&f);
  streams = attach_nobody (&f, &attachment);
  slow = mcp_resumable_streams_add (streams);
  g_assert_true (mcp_resumable_streams_append (streams, slow, small));
  for (guint id = 2; id <= 300; id++)
    complete_one (streams, small);
  mcp_resumable_streams_complete (streams, slow);
  g_assert_nonnull (mcp_resumable_streams_find (streams, 1));
  g_assert_null (mcp_resumable_streams_find (streams, 300 - 255));
  g_assert_nonnull (mcp_resumable_streams_find (streams, 300 - 254));

  for (guint id = 301; id <= 304; id++)
    complete_one (streams, large);
  for (guint id = 1; id <= 302; id++)
    g_assert_null (mcp_resumable_streams_find (streams, id));
  g_assert_nonnull (mcp_resumable_streams_find (streams, 303));
  g_assert_nonnull (mcp_resumable_streams_find (streams, 304));
}

static void
test_unsent_is_bounded (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autoptr (McpMessageStream) stream = NULL;
  g_autoptr (GBytes) message = make_message (1024 * 1024);
  McpAttachment *attachment;
  McpResumableStreams *streams;
  guint n_taken = 0;

  g_test_summary ("What a client that is away has not seen is kept, up to 32 MiB of a stream");
  mcp_fixture_init_with_server (&f);
  streams = attach_nobody (&f, &attachment);
  stream = mcp_resumable_streams_add (streams);
  while (mcp_resumable_streams_append (streams, stream, message))
    n_taken++;
  g_assert_cmpuint (n_taken, ==, 32);
  g_assert_nonnull (mcp_resumable_streams_find (streams, 1));
  g_assert_cmpuint (mcp_message_stream_get_size (stream), >=, 32 * 1024 * 1024);
}

static void
test_waiting_is_bounded (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *frame = NULL;
  g_autofree char *first_id = NULL;
  g_autoptr (GBytes) message = make_message (10000);
  g_autoptr (McpTestStream) stream = NULL;
  const char *id;
  McpAttachment *attachment;

  g_test_summary ("Of what comes before the own stream is first opened the newest 256 KiB wait");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  id = strstr (fields, MCP_HEADER_SESSION_ID ": ") + strlen (MCP_HEADER_SESSION_ID ": ");
  frame = g_strndup (id, strcspn (id, "\r"));
  attachment = mcp_gateway_lookup_attachment (f.http->gateway, frame);
  for (guint i = 0; i < 100; i++)
    g_signal_emit_by_name (attachment, "message", message);

  stream = listen_after (&f, fields, NULL);
  g_free (frame);
  frame = mcp_test_stream_read_frame (stream);
  first_id = find_id (frame);
  g_assert_cmpstr (first_id, ==, "75"); /* the 26 newest */
  for (guint i = 76; i <= 100; i++)
    {
      g_autofree char *next = mcp_test_stream_read_frame (stream);
      g_autofree char *next_id = find_id (next);

      g_assert_cmpuint (g_ascii_strtoull (next_id, NULL, 10), ==, i);
    }
}

static void
test_foreign_id (void)
{
  g_auto (McpFixture) f = { NULL };
  g_autofree char *fields = NULL;
  g_autofree char *other = NULL;
  g_autofree char *last_id = NULL;
  g_autoptr (McpTestStream) call = NULL;
  g_autoptr (McpTestStream) own = NULL;

  g_test_summary ("An id of another client's stream leads to nothing of that; what follows is the "
                  "own stream");
  mcp_fixture_init_with_server (&f);
  fields = attach (&f, "2025-06-18");
  other = attach (&f, "2025-06-18");
  call = begin_call (&f, fields, "count", "{\"steps\":4}");
  for (guint i = 1; i <= N_STEPS + 1; i++)
    {
      g_autofree char *frame = mcp_test_stream_read_frame (call);

      g_assert_cmpuint (read_step (frame), ==, i);
      if (i == 1)
        last_id = find_id (frame);
    }

  own = listen_after (&f, other, last_id);
  list_tools (&f, other);
  change_tools (&f, "one");
  expect_changed (own);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/mcp-streams/resume-after-a-cut-at-every-event",
                   test_resume_after_a_cut_at_every_event);
  g_test_add_func ("/http/mcp-streams/older-clients-get-no-primer",
                   test_older_clients_get_no_primer);
  g_test_add_func ("/http/mcp-streams/silent-call-can-be-resumed", test_silent_call_can_be_resumed);
  g_test_add_func ("/http/mcp-streams/own-stream", test_own_stream);
  g_test_add_func ("/http/mcp-streams/own-stream-is-resumed", test_own_stream_is_resumed);
  g_test_add_func ("/http/mcp-streams/who-may-listen", test_who_may_listen);
  g_test_add_func ("/http/mcp-streams/listening-is-use", test_listening_is_use);
  g_test_add_func ("/http/mcp-streams/completed-are-bounded", test_completed_are_bounded);
  g_test_add_func ("/http/mcp-streams/unsent-is-bounded", test_unsent_is_bounded);
  g_test_add_func ("/http/mcp-streams/waiting-is-bounded", test_waiting_is_bounded);
  g_test_add_func ("/http/mcp-streams/foreign-id", test_foreign_id);
  g_test_add_func ("/http/mcp-streams/end-with-the-attachment",
                   test_streams_end_with_the_attachment);
  return g_test_run ();
}
