/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"

#include "common/mcp-error.h"
#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define TOOLS     "[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]"
#define OK_RESULT "{\"content\":[],\"x\":12345678901234567890.10}"

/* A call that has reached the provider, and all who look on. */
typedef struct
{
  Fixture fixture;
  McpAttachment *attachment;
  McpEventQueue *events;
  McpFakeProvider *provider;
  Heard *heard;
} Call;

static void
call_setup (Call *c, gconstpointer data)
{
  Fixture *f = &c->fixture;
  g_autoptr (GError) error = NULL;

  fixture_setup (f, NULL);
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  c->attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  c->events = fixture_watch (f->session);
}

static void
begin_call (Call *c, const char *meta)
{
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":"
                       "{\"name\":\"srv__work\",\"arguments\":{\"n\":1.50}%s}}",
                       meta);

  c->heard = heard_new (c->attachment, text);
  AWAIT ((c->provider = fixture_provider (&c->fixture, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (c->provider) > 0);
}

static void
call_teardown (Call *c, gconstpointer data)
{
  g_clear_pointer (&c->heard, heard_free);
  if (!mcp_session_is_closed (c->fixture.session))
    mcp_session_unsubscribe (c->fixture.session, c->events);
  mcp_event_queue_unref (c->events);
  c->attachment = NULL;
  fixture_teardown (&c->fixture, NULL);
}

static void
assert_event (Call *c, const char *expected)
{
  g_autofree char *event = next_event (c->events, NULL);

  g_assert_cmpstr (event, ==, expected);
}

static void
assert_response (Call *c, const char *part)
{
  AWAIT (c->heard->responded);
  g_assert_nonnull (strstr (heard_last (c->heard), part));
}

static void
test_ok (Call *c, gconstpointer data)
{
  g_test_summary ("A call without progress is one start and one end for the watchers, and its "
                  "result the bytes that the server sent");
  begin_call (c, "");
  assert_event (c, "running 0");
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (c->provider, 0), "\"name\":\"work\""));
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (c->provider, 0), "\"n\":1.50"));
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, "\"result\":" OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
  assert_event (c, "ok 1/1");
  assert_event (c, NULL);
}

static void
test_progress (Call *c, gconstpointer data)
{
  g_test_summary ("Who gave a token hears the progress under it, type kept, then the result; the "
                  "watchers hear it all");
  begin_call (c, ",\"_meta\":{\"progressToken\":\"t\"}");
  mcp_fake_provider_progress (c->provider, 0,
                              "{\"progressToken\":99,\"progress\":1,\"total\":2.5,"
                              "\"message\":\"half\",\"extra\":[1.0]}");
  mcp_fake_provider_progress (c->provider, 0,
                              "{\"progressToken\":99,\"progress\":2.5,\"total\":2.5}");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 3);
  g_assert_nonnull (strstr (heard_get (c->heard, 0), "\"progressToken\":\"t\""));
  g_assert_nonnull (strstr (heard_get (c->heard, 0), "\"extra\":[1.0]"));
  assert_event (c, "running 0");
  assert_event (c, "running 1/2.5 half");
  assert_event (c, "running 2.5/2.5");
  assert_event (c, "ok 2.5/2.5");
  assert_event (c, NULL);
}

static void
test_rising (Call *c, gconstpointer data)
{
  g_test_summary ("The caller gets only progress that rises; the watchers get all of it");
  begin_call (c, ",\"_meta\":{\"progressToken\":1}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":1}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":1}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":0.5}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":3}");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 3);
  g_assert_nonnull (strstr (heard_get (c->heard, 1), "\"progress\":3"));
  assert_event (c, "running 0");
  assert_event (c, "running 1");
  assert_event (c, "running 1");
  assert_event (c, "running 0.5");
  assert_event (c, "running 3");
  assert_event (c, "ok 3");
}

/* A call to a server that starts and does not get ready. */
static void
begin_slow_call (Call *c, const char *meta)
{
  Fixture *f = &c->fixture;
  g_autofree char *listed = fixture_list (f, f->session);

  mcp_fake_provider_crash (fixture_provider (f, "srv"));
  mcp_fake_provider_set_silent (fixture_provider (f, "srv"), TRUE);
  begin_call (c, meta);
}

static void
test_words (Call *c, gconstpointer data)
{
  g_test_summary ("While its server starts, the caller is told what the server says: as progress "
                  "that is hardly any, and that the server's own has to rise above");
  begin_slow_call (c, ",\"_meta\":{\"progressToken\":1}");
  mcp_fake_provider_say (c->provider, "downloading");
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
  g_assert_nonnull (strstr (heard_get (c->heard, 0), "\"progressToken\":1,\"progress\":1e-06,"
                                                     "\"message\":\"Server “srv”: downloading\""));
  mcp_fake_provider_say (c->provider, "too soon");
  AWAIT (c->heard->messages->len > 1);
  g_assert_nonnull (strstr (heard_get (c->heard, 1), "\"progress\":2e-06,"));
  g_assert_nonnull (strstr (heard_get (c->heard, 1), "too soon"));
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":0}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progress\":1}");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 4);
  g_assert_nonnull (strstr (heard_get (c->heard, 2), "\"progress\":1,"));
  assert_event (c, "running 0");
  assert_event (c, "running 0");
  assert_event (c, "running 1");
  assert_event (c, "ok 1");
}

static void
test_duration (Call *c, gconstpointer data)
{
  g_test_summary ("Of a server that starts without a word the caller is told that it starts");
  begin_slow_call (c, ",\"_meta\":{\"progressToken\":1}");
  AWAIT (c->heard->messages->len > 0);
  g_assert_nonnull (strstr (heard_get (c->heard, 0), "Server “srv” is starting ("));
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
}

static void
test_words_no_token (Call *c, gconstpointer data)
{
  g_test_summary ("A caller without a token is told nothing while its server starts");
  begin_slow_call (c, "");
  mcp_fake_provider_say (c->provider, "downloading");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
}

static void
test_words_before_list (Call *c, gconstpointer data)
{
  Fixture *f = &c->fixture;

  g_test_summary ("A caller is told, too, what a server says that is started to be listed; without "
                  "an answer in time the error says the server's last line");
  mcp_gateway_set_list_patience (f->gateway, 1500);
  g_hash_table_add (f->silent, (gpointer) "srv");
  c->heard = heard_new (c->attachment,
                        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":"
                        "{\"name\":\"srv__work\",\"_meta\":{\"progressToken\":1}}}");
  AWAIT ((c->provider = fixture_provider (f, "srv")) != NULL);
  mcp_fake_provider_say (c->provider, "Ok to proceed? (y)");
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
  g_assert_nonnull (strstr (heard_get (c->heard, 0), "proceed"));
  assert_response (c, "so far it said: Ok to proceed? (y)");
}

static void
test_max_seconds (Call *c, gconstpointer data)
{
  McpLimits limits = c->fixture.limits;

  g_test_summary ("Progress does not extend a call beyond the limit");
  limits.call_seconds = 1;
  mcp_gateway_set_limits (c->fixture.gateway, &limits);
  begin_call (c, "");
  while (!c->heard->responded)
    {
      if (mcp_fake_provider_get_n_waiting (c->provider) > 0)
        mcp_fake_provider_progress (c->provider, 0, "{\"progressToken\":99,\"progress\":1}");
      g_main_context_iteration (NULL, TRUE);
    }
  assert_response (c, "CallSeconds");
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (c->provider), ==, 1);
}

static void
test_new_limits (Call *c, gconstpointer data)
{
  McpLimits limits = c->fixture.limits;

  g_test_summary ("New limits reach the servers that are there already");
  begin_call (c, "");
  limits.upstream_message_bytes = 123456;
  mcp_gateway_set_limits (c->fixture.gateway, &limits);
  g_assert_cmpuint (mcp_fake_provider_get_limits (c->provider)->upstream_message_bytes, ==, 123456);
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
}

static void
test_no_token (Call *c, gconstpointer data)
{
  g_test_summary ("Who gave no token hears nothing but the result; the watchers do");
  begin_call (c, "");
  mcp_fake_provider_progress (c->provider, 0, "{\"progressToken\":99,\"progress\":7}");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
  assert_event (c, "running 0");
  assert_event (c, "running 7");
  assert_event (c, "ok 7");
  assert_event (c, NULL);
}

static void
test_tool_error (Call *c, gconstpointer data)
{
  g_test_summary ("A tool that reports an error is an end in error, and still a result");
  begin_call (c, "");
  mcp_fake_provider_answer (c->provider, 0, "{\"content\":[],\"isError\":true}");
  assert_response (c, "\"isError\":true");
  g_assert_cmpint (c->heard->error_code, ==, 0);
  assert_event (c, "running 0");
  assert_event (c, "error 1/1");
  assert_event (c, NULL);
}

static void
test_rpc_error (Call *c, gconstpointer data)
{
  g_test_summary ("The server's own error reaches the caller with code, text and data");
  begin_call (c, "");
  mcp_fake_provider_answer_error (c->provider, 0,
                                  "{\"code\":-32602,\"message\":\"bad n\",\"data\":{\"k\":1}}");
  assert_response (c, "\"code\":-32602,\"message\":\"bad n\",\"data\":{\"k\":1}");
  g_assert_cmpint (c->heard->error_code, ==, -32602);
  assert_event (c, "running 0");
  assert_event (c, "error 1/1");
  assert_event (c, NULL);
}

static void
test_crash (Call *c, gconstpointer data)
{
  g_test_summary ("A server that dies under a call is an internal error that names it");
  begin_call (c, "");
  mcp_fake_provider_crash (c->provider);
  assert_response (c, "\"code\":-32603");
  g_assert_nonnull (strstr (heard_last (c->heard), "srv"));
  assert_event (c, "running 0");
  assert_event (c, "error 1/1");
  assert_event (c, NULL);
}

static void
test_client_cancels (Call *c, gconstpointer data)
{
  g_test_summary ("A cancelled call is cancelled at the server, answered to nobody, and ends once");
  begin_call (c, ",\"_meta\":{\"progressToken\":1}");
  mcp_fake_provider_progress (c->provider, 0, "{\"progressToken\":99,\"progress\":3,\"total\":9}");
  fixture_tell (c->attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                               "\"params\":{\"requestId\":\"a\"}}");
  AWAIT (c->heard->cancelled);
  mcp_test_settle ();
  g_assert_false (c->heard->responded);
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (c->provider), ==, 1);
  assert_event (c, "running 0");
  assert_event (c, "running 3/9");
  assert_event (c, "cancelled 3/9");
  assert_event (c, NULL);
}

static void
test_session_ends (Call *c, gconstpointer data)
{
  g_test_summary ("With its session a call ends: said to the watchers, the caller and the server");
  begin_call (c, "");
  fixture_close_session (&c->fixture, c->fixture.session);
  AWAIT (c->heard->responded);
  g_assert_cmpint (c->heard->error_code, ==, -32603);
  AWAIT (mcp_fake_provider_get_n_cancelled (c->provider) == 1);
  assert_event (c, "running 0");
  assert_event (c, "cancelled 1/1");
  assert_event (c, NULL);
  g_assert_cmpstr (mcp_event_queue_get_reason (c->events), ==, "closed");
}

static void
test_unknown (Call *c, gconstpointer data)
{
  g_autofree char *answer = fixture_ask (
      c->attachment, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
                     "\"srv__nothing\"}}");

  g_test_summary ("A tool that does not exist is no call: an error of the parameters, no event");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
  assert_event (c, NULL);
}

static void
test_limit (Call *c, gconstpointer data)
{
  McpLimits limits = c->fixture.limits;
  g_autofree char *answer = NULL;

  g_test_summary ("One call more than a session may have in flight is refused, and no event");
  limits.calls_per_session = 1;
  mcp_session_store_set_limits (c->fixture.store, &limits);
  begin_call (c, "");
  assert_event (c, "running 0");
  answer = fixture_ask (c->attachment, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\","
                                       "\"params\":{\"name\":\"srv__work\"}}");
  g_assert_nonnull (strstr (answer, "\"error\""));
  assert_event (c, NULL);
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (c->fixture.session), ==, 0);
}

static void
test_event_facts (Call *c, gconstpointer data)
{
  g_autoptr (McpProgressEvent) first = NULL;
  g_autoptr (McpProgressEvent) last = NULL;
  g_autofree char *start = NULL;
  g_autofree char *end = NULL;

  g_test_summary ("Events name the tool as it is exposed, one call id, and the caller's token");
  begin_call (c, ",\"_meta\":{\"progressToken\":18446744073709551615}");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  start = next_event (c->events, &first);
  end = next_event (c->events, &last);
  g_assert_cmpstr (mcp_progress_event_get_tool (first), ==, "srv__work");
  g_assert_nonnull (mcp_progress_event_get_call_id (first));
  g_assert_cmpstr (mcp_progress_event_get_call_id (first), ==,
                   mcp_progress_event_get_call_id (last));
  g_assert_cmpuint (g_variant_get_uint64 (mcp_progress_event_get_token (last)), ==, G_MAXUINT64);
}

static void
test_null_meta (Call *c, gconstpointer data)
{
  g_test_summary ("A \"_meta\" that is null is as good as none");
  begin_call (c, ",\"_meta\":null");
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
}

static void
test_bad_params (Call *c, gconstpointer data)
{
  static const char *const params[] = {
    "",
    ",\"params\":{}",
    ",\"params\":{\"name\":7}",
    ",\"params\":{\"name\":\"srv__work\",\"arguments\":[1]}",
    ",\"params\":null",
    ",\"params\":{\"name\":\"srv__work\",\"_meta\":{\"progressToken\":1.5}}",
    ",\"params\":{\"name\":\"srv__work\",\"_meta\":{\"progressToken\":null}}",
  };

  g_test_summary ("What is no call is answered as bad parameters");
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"%s}", params[i]);
      g_autofree char *answer = fixture_ask (c->attachment, text);

      g_test_message ("%s", params[i]);
      g_assert_nonnull (strstr (answer, "\"code\":-32602"));
    }
  assert_event (c, NULL);
}

static char *
make_large_result (void)
{
  GString *result = g_string_new ("{\"content\":[],\"numbers\":[0");

  for (guint i = 1; i < 200000; i++)
    g_string_append_printf (result, ",%u", i);
  g_string_append (result, "]}");
  return g_string_free (result, FALSE);
}

static void
test_large_answer (Call *c, gconstpointer data)
{
  g_autofree char *result = make_large_result ();

  g_test_summary ("A large answer arrives whole, and its call ends once");
  begin_call (c, "");
  mcp_fake_provider_answer (c->provider, 0, result);
  assert_response (c, result);
  assert_event (c, "running 0");
  assert_event (c, "ok 1/1");
  assert_event (c, NULL);
}

static void
test_large_answer_withdrawn (Call *c, gconstpointer data)
{
  g_autofree char *result = make_large_result ();

  g_test_summary ("A request that is withdrawn while its large answer is looked at gets no answer");
  begin_call (c, "");
  mcp_fake_provider_answer (c->provider, 0, result);
  g_main_context_iteration (NULL, TRUE); /* the thread has it now */
  fixture_tell (c->attachment, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                               "\"params\":{\"requestId\":\"a\"}}");
  AWAIT (c->heard->cancelled);
  AWAIT (mcp_session_get_calls_in_flight (c->fixture.session) == 0);
  mcp_test_settle ();
  g_assert_false (c->heard->responded);
}

static void
test_large_report (Call *c, gconstpointer data)
{
  g_autofree char *filler = g_strnfill (2 * 1024 * 1024, 'x');
  g_autofree char *progress = g_strdup_printf ("{\"progress\":1,\"message\":\"%s\"}", filler);
  g_autofree char *log = g_strdup_printf ("{\"level\":\"error\",\"data\":\"%s\"}", filler);

  g_test_summary ("Progress and log messages of more than a mebibyte are passed over");
  begin_call (c, ",\"_meta\":{\"progressToken\":1}");
  mcp_fake_provider_progress (c->provider, 0, progress);
  mcp_fake_provider_log (c->provider, 0, log);
  mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
  assert_response (c, OK_RESULT);
  g_assert_cmpuint (c->heard->messages->len, ==, 1);
  assert_event (c, "running 0");
  assert_event (c, "ok 1/1");
  assert_event (c, NULL);
}

static void
test_long_name (Call *c, gconstpointer data)
{
  g_autofree char *name = g_strnfill (1024 * 1024, 'a');
  g_autofree char *text = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\"}}",
      name);
  g_autofree char *answer = fixture_ask (c->attachment, text);

  g_test_summary ("A name longer than any tool's is refused without a look at globs, and not "
                  "repeated to the client");
  g_assert_nonnull (strstr (answer, "\"code\":-32602"));
  g_assert_cmpuint (strlen (answer), <, 1000);
}

static void
test_no_arguments (Call *c, gconstpointer data)
{
  static const char *const nothing[] = { "null", "[]", "[ ]", "{}" };

  g_test_summary ("Arguments that are null or an empty array are none");
  for (gsize i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                           "{\"name\":\"srv__work\",\"arguments\":%s}}",
                           nothing[i]);
      g_autoptr (Heard) heard = heard_new (c->attachment, text);

      AWAIT ((c->provider = fixture_provider (&c->fixture, "srv")) != NULL &&
             mcp_fake_provider_get_n_waiting (c->provider) > 0);
      g_assert_cmpstr (mcp_fake_provider_get_params (c->provider, 0), ==,
                       "{\"name\":\"work\",\"arguments\":{}}");
      mcp_fake_provider_answer (c->provider, 0, OK_RESULT);
      AWAIT (heard->responded);
    }
}

#define ADD(path, function) \
  g_test_add ("/gateway/call/" path, Call, NULL, call_setup, function, call_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("ok", test_ok);
  ADD ("progress", test_progress);
  ADD ("rising", test_rising);
  ADD ("words", test_words);
  ADD ("words-duration", test_duration);
  ADD ("words-no-token", test_words_no_token);
  ADD ("words-before-list", test_words_before_list);
  ADD ("no-token", test_no_token);
  ADD ("null-meta", test_null_meta);
  ADD ("max-seconds", test_max_seconds);
  ADD ("tool-error", test_tool_error);
  ADD ("rpc-error", test_rpc_error);
  ADD ("crash", test_crash);
  ADD ("client-cancels", test_client_cancels);
  ADD ("session-ends", test_session_ends);
  ADD ("unknown", test_unknown);
  ADD ("limit", test_limit);
  ADD ("event-facts", test_event_facts);
  ADD ("bad-params", test_bad_params);
  ADD ("large-answer", test_large_answer);
  ADD ("large-answer-withdrawn", test_large_answer_withdrawn);
  ADD ("large-report", test_large_report);
  ADD ("long-name", test_long_name);
  ADD ("no-arguments", test_no_arguments);
  ADD ("new-limits", test_new_limits);
  return g_test_run ();
}
