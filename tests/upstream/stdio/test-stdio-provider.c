/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "provider-test.h"

#include <string.h>

#define N_CONCURRENT 50

static void
test_call (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A call starts the server and brings its answer");
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);
  g_assert_cmpstr (mcp_provider_get_name (f->provider), ==, "fake");
  text = provider_call_text (f, "echo", "{\"a\":[1,\"ü\"]}");
  g_assert_cmpstr (text, ==, "{\"a\":[1,\"ü\"]}");
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_READY);
  g_assert_cmpint (mcp_stdio_provider_get_pid (MCP_STDIO_PROVIDER (f->provider)), >, 0);
  g_assert_cmpint (mcp_server_link_get_runs (MCP_SERVER_LINK (f->provider))->started_at, >, 0);
}

static void
test_handshake (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *initialize = provider_call_text (f, "received", "{\"method\":\"initialize\"}");
  g_autofree char *initialized =
      provider_call_text (f, "received", "{\"method\":\"notifications/initialized\"}");

  g_test_summary ("initialize says who we are, and is followed by notifications/initialized, once");
  g_assert_nonnull (strstr (initialize, "\"protocolVersion\":\"2025-11-25\""));
  g_assert_nonnull (strstr (initialize, "\"capabilities\":{\"roots\":{\"listChanged\":true},"
                                        "\"sampling\":{},\"elicitation\":"));
  g_assert_nonnull (strstr (initialize, "\"name\":\"mcp-sessiond\""));
  g_assert_cmpstr (initialized, ==,
                   "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}]");
}

static void
test_unknown_revision (ProviderFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("A server of an unknown revision is not used, and the error says which");
  provider_begin (f, &call, "echo", "{}", 0, NULL);
  provider_end_failed (
      &call, MCP_ERROR_PROVIDER_FAILED,
      "Server “fake” could not be started: it speaks the MCP revision “2099-01-01”");
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);
}

static void
test_errors_are_answers (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) error = provider_call (f, "error", "{\"code\":-32000}");
  g_autoptr (McpJsonrpcMessage) failed = provider_call (f, "fail", "{}");

  g_test_summary ("A JSON-RPC error and a tool's own failure are both the server's answer");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (error), ==, MCP_JSONRPC_FAILURE);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (error), ==, -32000);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (failed), ==, MCP_JSONRPC_RESULT);
}

static void
test_concurrent (ProviderFixture *f, gconstpointer data)
{
  ProviderCall calls[N_CONCURRENT];

  g_test_summary ("Fifty requests at once, answered in another order: each gets its own answer");
  for (int i = 0; i < N_CONCURRENT; i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"delay_ms\":%d,\"text\":\"answer %d\"}",
                                                    (N_CONCURRENT - i) % 7 * 3, i);

      provider_begin (f, &calls[i], "wait", arguments, 0, NULL);
    }
  for (int i = 0; i < N_CONCURRENT; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (McpJsonrpcMessage) answer = provider_end (&calls[i], &error);
      g_autofree char *expected = g_strdup_printf ("answer %d", i);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = provider_get_text (answer);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_wrong_ids (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Only the exact id is an answer: no string, no fraction, no other number");
  text = provider_call_text (f, "wrong-ids", "{}");
  g_assert_cmpstr (text, ==, "right");
}

static void
test_progress (ProviderFixture *f, gconstpointer data)
{
  const char *const *tool_and_arguments = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  ProviderCall call;
  guint n = (guint) atoi (tool_and_arguments[2]);

  g_test_summary ("All progress comes, in order, before the result");
  provider_begin (f, &call, tool_and_arguments[0], tool_and_arguments[1], 0, NULL);
  test_await (test_is_set, &call.result);
  g_assert_cmpuint (call.progress->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *expected = g_strdup_printf ("\"progress\":%u", i + 1);

      g_assert_nonnull (strstr (call.progress->pdata[i], expected));
    }
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
}

typedef struct
{
  ProviderCall call;
  guint n_seen;
  guint max_at_once;
} Flood;

/* Once in each turn of the main loop. */
static gboolean
turn_cb (gpointer data)
{
  Flood *flood = data;

  flood->max_at_once = MAX (flood->max_at_once, flood->call.progress->len - flood->n_seen);
  flood->n_seen = flood->call.progress->len;
  return G_SOURCE_CONTINUE;
}

static void
test_flood_leaves_room (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  Flood flood = { 0 };
  guint id;

  g_test_summary ("A flood is taken in small turns, between which others run");
  provider_begin (f, &flood.call, "flood", "{\"n\":5000}", 0, NULL);
  id = g_idle_add_full (G_PRIORITY_DEFAULT + 10, turn_cb, &flood, NULL);
  test_await (test_is_set, &flood.call.result);
  g_source_remove (id);
  g_assert_cmpuint (flood.call.progress->len, ==, 5000);
  /* 15 that were left, a read, and 16 of it. */
  g_assert_cmpuint (flood.max_at_once, <=, 31);
  answer = provider_end (&flood.call, &error);
  g_assert_no_error (error);
}

static void
test_late_progress (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *later = NULL;
  ProviderCall call;

  g_test_summary ("Progress after the result is dropped");
  provider_begin (f, &call, "late-progress", "{}", 0, NULL);
  test_await (test_is_set, &call.result);
  /* Another round trip: the late one has been read by then. */
  later = provider_call_text (f, "echo", "{}");
  g_assert_cmpuint (call.progress->len, ==, 1);
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
}

static void
test_progress_token (ProviderFixture *f, gconstpointer data)
{
  const McpProviderRequest silent = {
    .method = "tools/call",
    .params = "{\"name\":\"echo\",\"_meta\":{\"progressToken\":\"the client's\"}}",
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autofree char *calls = NULL;

  g_test_summary ("The client's token never gets to the server: ours does, or none");
  mcp_provider_request_async (f->provider, &silent, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  answer = mcp_provider_request_finish (f->provider, result, NULL);
  g_assert_nonnull (answer);

  calls = provider_call_text (f, "received", "{\"method\":\"tools/call\"}");
  g_assert_null (strstr (calls, "the client's"));
  g_assert_nonnull (
      strstr (calls, "\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\"}"));
  g_assert_nonnull (strstr (calls, "\"kept\":1"));
  g_assert_nonnull (strstr (calls, "\"progressToken\":4"));
}

static void
test_cancel (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *started = provider_call_text (f, "echo", "{}");
  g_autofree char *cancelled = NULL;
  ProviderCall call;

  g_test_summary ("A withdrawn request ends at once, and the server is told");
  provider_begin (f, &call, "hang", "{}", 0, cancellable);
  g_cancellable_cancel (cancellable);
  provider_end_failed (&call, MCP_ERROR_CANCELLED, "withdrawn");
  cancelled = provider_call_text (f, "received", "{\"method\":\"notifications/cancelled\"}");
  g_assert_nonnull (strstr (cancelled, "\"requestId\":4,"));
}

static void
test_cancel_early (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autofree char *calls = NULL;
  ProviderCall early;
  ProviderCall queued;

  g_test_summary ("What is withdrawn before it was sent is never sent, and starts nothing");
  g_cancellable_cancel (cancelled);
  provider_begin (f, &early, "hang", "{}", 0, cancelled);
  provider_end_failed (&early, MCP_ERROR_CANCELLED, "withdrawn");
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STOPPED);

  provider_begin (f, &queued, "hang", "{}", 0, cancellable);
  g_assert_cmpint (mcp_provider_get_state (f->provider), ==, MCP_PROVIDER_STARTING);
  g_cancellable_cancel (cancellable);
  provider_end_failed (&queued, MCP_ERROR_CANCELLED, "withdrawn");

  calls = provider_call_text (f, "received", "{\"method\":\"tools/call\"}");
  g_assert_null (strstr (calls, "hang"));
  g_clear_pointer (&calls, g_free);
  calls = provider_call_text (f, "received", "{\"method\":\"notifications/cancelled\"}");
  g_assert_cmpstr (calls, ==, "[]");
}

static void
test_garbage (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Lines that are no JSON-RPC are passed over");
  text = provider_call_text (f, "garbage", "{\"lines\":100}");
  g_assert_cmpstr (text, ==, "amid garbage");
}

static void
test_malformed (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  ProviderCall call;

  g_test_summary ("A broken answer fails its request, not the server");
  provider_begin (f, &call, "malformed", "{}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "is no JSON-RPC message");
  text = provider_call_text (f, "echo", "{}");
  g_assert_cmpstr (text, ==, "{}");
}

static void
test_odd (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) text_id = NULL;
  g_autoptr (McpJsonrpcMessage) prompt = NULL;
  g_autoptr (McpJsonrpcMessage) error_text = NULL;
  g_autofree char *words = NULL;
  ProviderCall call;

  g_test_summary (
      "Answers that are not quite right are taken where their meaning is plain, and fail "
      "their call at once where it is not");
  text_id = provider_call (f, "odd", "{\"kind\":\"text-id\"}");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (text_id), ==, MCP_JSONRPC_RESULT);
  prompt = provider_call (f, "odd", "{\"kind\":\"prompt\"}");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (prompt), ==, MCP_JSONRPC_RESULT);
  error_text = provider_call (f, "odd", "{\"kind\":\"error-text\"}");
  words = mcp_jsonrpc_message_dup_error_text (error_text);
  g_assert_cmpstr (words, ==, "quota exceeded");
  provider_begin (f, &call, "odd", "{\"kind\":\"twice\"}", 0, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "is no JSON-RPC message");
}

static void
test_raw (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) answer = provider_call (f, "raw", "{}");
  McpJsonSlice value;
  g_autofree char *text = NULL;

  g_test_summary ("A result's bytes stay as the server wrote them");
  g_assert_true (
      mcp_json_find (mcp_jsonrpc_message_get_result (answer), "structuredContent", &value));
  text = g_strndup (value.data, value.length);
  g_assert_cmpstr (text, ==,
                   "{\"n\":123456789012345678901234567890,\"f\":1.50,\"e\":1E5,\"u\":\"\\u00e9\","
                   "\"s\":\"\\ud800\", \"k\" : [ 1 ,2]}");
}

static void
take_message (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  McpJsonrpcMessage **location = data;

  g_assert_null (*location);
  *location = mcp_jsonrpc_message_ref (message);
}

static void
test_notification (ProviderFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) message = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A notification of no request is signalled, before the answer that follows it");
  g_signal_connect (f->provider, "notification", G_CALLBACK (take_message), &message);
  text = provider_call_text (f, "change-tools", "{}");
  g_assert_nonnull (message);
  g_assert_cmpstr (mcp_jsonrpc_message_get_method (message), ==,
                   "notifications/tools/list_changed");
}

static void
test_answered_requests (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *uri = g_filename_to_uri (f->directory, NULL, NULL);
  g_autofree char *roots = provider_call_text (f, "ask", "{}");
  g_autofree char *ping = provider_call_text (f, "ask", "{\"method\":\"ping\"}");
  g_autofree char *sampling =
      provider_call_text (f, "ask", "{\"method\":\"sampling/createMessage\"}");

  g_test_summary ("The server may ask for its roots and ping us; for the rest nobody is here");
  g_assert_nonnull (strstr (roots, uri));
  g_assert_cmpstr (ping, ==, "{}");
  g_assert_nonnull (strstr (sampling, "-32603"));
}

static void
respond (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  const McpJsonSlice result = { "{\"action\":\"decline\"}", 20 };
  g_autoptr (GBytes) response =
      mcp_jsonrpc_build_result (mcp_jsonrpc_message_get_id (message), result);

  g_assert_cmpstr (mcp_jsonrpc_message_get_method (message), ==, "elicitation/create");
  mcp_provider_respond (provider, response);
}

static void
test_signalled_request (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Who connects to ::request answers the server");
  g_signal_connect (f->provider, "request", G_CALLBACK (respond), NULL);
  text = provider_call_text (f, "ask", "{\"method\":\"elicitation/create\"}");
  g_assert_cmpstr (text, ==, "{\"action\":\"decline\"}");
}

static void
test_notify (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *text = provider_call_text (f, "echo", "{}");
  g_autofree char *received = NULL;

  g_test_summary ("Our notifications get to the server");
  mcp_provider_notify (f->provider, "notifications/roots/list_changed", NULL);
  mcp_provider_notify (f->provider, "notifications/x", "{\"a\":1}");
  received = provider_call_text (f, "received", "{\"method\":\"notifications/x\"}");
  g_assert_nonnull (strstr (received, "{\"a\":1}"));
}

static void
test_surroundings (ProviderFixture *f, gconstpointer data)
{
  g_autofree char *cwd = NULL;
  g_autofree char *fds = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *argv = NULL;
  g_auto (GStrv) lines = NULL;

  g_test_summary ("The server runs in the directory, with the configured arguments, with no "
                  "descriptor and no variable but those meant for it");
  g_setenv ("MCP_TEST_SECRET", "s", TRUE);
  g_strfreev (f->config->args);
  f->config->args = g_strsplit ("--name=x,${cwd} ;$(id)", ",", -1);
  g_strfreev (f->config->env);
  f->config->env = g_strsplit ("PASSED=${env:MCP_TEST_SECRET}", ",", -1);

  cwd = provider_call_text (f, "cwd", "{}");
  fds = provider_call_text (f, "fds", "{}");
  environment = provider_call_text (f, "env", "{}");
  argv = provider_call_text (f, "argv", "{}");
  g_assert_cmpstr (cwd, ==, f->directory);
  g_assert_nonnull (strstr (argv, "--name=x"));
  g_assert_true (g_str_has_suffix (argv, " ;$(id)"));

  lines = g_strsplit (environment, "\n", -1);
  g_assert_true (g_strv_contains ((const char *const *) lines, "PASSED=s"));
  g_assert_nonnull (g_environ_getenv (lines, "PATH"));
  g_assert_null (g_environ_getenv (lines, "MCP_TEST_SECRET"));
  g_assert_null (g_environ_getenv (lines, "MCP_TEST_SERVER"));
  g_assert_null (g_environ_getenv (lines, "G_TEST_SRCDIR"));

  /* 3 and up to a handful more are GLib's own of the server: epoll and wake-up descriptors. */
  g_assert_true (g_str_has_prefix (fds, "0 1 2 "));
  g_assert_cmpuint (strlen (fds), <=, strlen ("0 1 2 3 4 "));
}

#define ADD(path, options, function)                                                      \
  g_test_add ("/upstream/stdio-provider/" path, ProviderFixture, options, provider_setup, \
              function, provider_teardown)

/* For tests whose data is not the server's options. */
static void
setup_plain (ProviderFixture *f, gconstpointer data)
{
  provider_setup (f, NULL);
}

#define ADD_DATA(path, data, function)                                                        \
  g_test_add ("/upstream/stdio-provider/" path, ProviderFixture, data, setup_plain, function, \
              provider_teardown)

static const char *const counting[] = { "count", "{\"steps\":200}", "200" };
static const char *const counting_slowly[] = { "count", "{\"steps\":5,\"delay_ms\":5}", "5" };
static const char *const bursting[] = { "burst", "{\"steps\":100}", "100" };
static const char *const flooding[] = { "flood", "{\"n\":20000}", "20000" };

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("call", NULL, test_call);
  ADD ("handshake", NULL, test_handshake);
  ADD ("revision/2024-11-05", "--revision=2024-11-05", test_call);
  ADD ("revision/2025-03-26", "--revision=2025-03-26", test_call);
  ADD ("revision/2025-06-18", "--revision=2025-06-18", test_call);
  ADD ("revision/unknown", "--revision=2099-01-01", test_unknown_revision);
  ADD ("errors-are-answers", NULL, test_errors_are_answers);
  ADD ("concurrent", "--slow-start=20", test_concurrent);
  ADD ("wrong-ids", NULL, test_wrong_ids);
  ADD_DATA ("progress/count", counting, test_progress);
  ADD_DATA ("progress/slow", counting_slowly, test_progress);
  ADD_DATA ("progress/burst", bursting, test_progress);
  ADD_DATA ("progress/flood", flooding, test_progress);
  ADD ("progress/flood-leaves-room", NULL, test_flood_leaves_room);
  ADD ("progress/late", NULL, test_late_progress);
  ADD ("progress/token", NULL, test_progress_token);
  ADD ("cancel/in-flight", NULL, test_cancel);
  ADD ("cancel/early", "--slow-start=20", test_cancel_early);
  ADD ("garbage", NULL, test_garbage);
  ADD ("malformed", NULL, test_malformed);
  ADD ("odd", NULL, test_odd);
  ADD ("raw", NULL, test_raw);
  ADD ("notification", NULL, test_notification);
  ADD ("request/answered", NULL, test_answered_requests);
  ADD ("request/signalled", NULL, test_signalled_request);
  ADD ("notify", NULL, test_notify);
  ADD ("surroundings", NULL, test_surroundings);
  return g_test_run ();
}
