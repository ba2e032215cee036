/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "http-upstream.h"

#include <string.h>

static void
test_events (HttpFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  ProviderCall call;
  g_autoptr (GPtrArray) progress = NULL;

  g_test_summary ("Progress comes before the result, in its order, and nothing after it");
  http_begin (f, &call, "sse");
  progress = g_ptr_array_ref (call.progress);
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
  text = provider_get_text (answer);
  g_assert_cmpstr (text, ==, "sse");
  g_assert_cmpuint (progress->len, ==, 2);
  g_assert_nonnull (strstr (progress->pdata[0], "\"progress\":1"));
  g_assert_nonnull (strstr (progress->pdata[1], "\"progress\":2"));
}

static void
test_text (HttpFixture *f, gconstpointer tool)
{
  g_autofree char *text = http_call_text (f, tool);

  g_test_summary ("An answer is found in whatever shape a stream may give it");
  g_assert_cmpstr (text, ==, tool);
}

static void
test_resume (HttpFixture *f, gconstpointer data)
{
  McpServerTimes times = http_times (f);
  g_autofree char *text = NULL;

  g_test_summary ("The rest of a broken stream is asked for where it broke, when the server says");
  times.resume_ms = 3600 * 1000;
  http_set_times (f, &times);
  text = http_call_text (f, "break");
  g_assert_cmpstr (text, ==, "resumed");
  g_assert_cmpuint (http_count (f, "POST break"), ==, 1);
  g_assert_true (g_str_has_prefix (http_get_header (f, "GET /mcp", "Last-Event-ID"), "break::"));
  g_assert_cmpstr (http_get_header (f, "GET /mcp", "Mcp-Session-Id"), ==, "first");
}

static gboolean
has_open (gpointer data)
{
  return ((HttpFixture *) data)->upstream.open->len > 0;
}

static void
test_cut (HttpFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  ProviderCall call;

  g_test_summary ("A stream whose connection is cut is resumed as well");
  http_begin (f, &call, "cut");
  test_await (has_open, f);
  while (call.progress->len == 0)
    g_main_context_iteration (NULL, TRUE);
  http_cut (f);
  answer = provider_end (&call, &error);
  g_assert_no_error (error);
  text = provider_get_text (answer);
  g_assert_cmpstr (text, ==, "resumed");
}

static gboolean
has_closed (gpointer data)
{
  return ((HttpFixture *) data)->upstream.n_closed > 0;
}

static void
test_cancel (HttpFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ProviderCall call;

  g_test_summary ("A withdrawn call is cancelled at the server, and its stream closed");
  provider_begin (&f->base, &call, "hang", NULL, 0, cancellable);
  test_await (has_open, f);
  g_cancellable_cancel (cancellable);
  provider_end_failed (&call, MCP_ERROR_CANCELLED, "withdrawn");
  http_await (f, "POST notifications/cancelled", 1);
  /* the server notices when it writes */
  if (!has_closed (f))
    http_send_event (f, 0, ": still there\n\n");
  test_await (has_closed, f);
}

static void
test_time (HttpFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("A stream that only stays open is no answer");
  provider_begin (&f->base, &call, "hang", NULL, 60, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "neither an answer nor progress");
  http_await (f, "POST notifications/cancelled", 1);
}

static gboolean
say_progress (gpointer data)
{
  HttpFixture *f = data;

  if (f->upstream.open->len == 0)
    return G_SOURCE_REMOVE;
  /* the second id minted: the first was of initialize */
  http_send_event (f, 0,
                   "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                   "\"params\":{\"progressToken\":2,\"progress\":1}}\n\n");
  return G_SOURCE_CONTINUE;
}

static void
test_progress_moves_time (HttpFixture *f, gconstpointer data)
{
  gint64 begin_us = g_get_monotonic_time ();
  ProviderCall call;
  guint id;

  g_test_summary ("Progress gives a call its whole time again");
  provider_begin (&f->base, &call, "hang", NULL, 200, NULL);
  test_await (has_open, f);
  id = g_timeout_add (20, say_progress, f);
  while (g_get_monotonic_time () - begin_us < 600 * 1000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (call.result);
  g_assert_cmpuint (call.progress->len, >, 2);
  g_source_remove (id);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "neither an answer nor progress");
}

static void
test_requests (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "ask");
  g_autofree char *roots = NULL;

  g_test_summary ("A server's requests are answered by POSTs of their own");
  roots = g_strdup_printf ("POST {\"jsonrpc\":\"2.0\",\"id\":\"r\",\"result\":{\"roots\":[{\"uri\":"
                           "\"file://%s\",\"name\":\"%s\"}]}}",
                           f->base.directory, strrchr (f->base.directory, '/') + 1);
  http_await (f, roots, 1);
  http_await (f, "POST {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}", 1);
  http_await (f,
              "POST {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"error\":{\"code\":-32601,\"message\":"
              "\"Method not found\"}}",
              1);
}

static void
request_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  g_autoptr (GBytes) response = mcp_jsonrpc_build_result (mcp_jsonrpc_message_get_id (message),
                                                          (McpJsonSlice){ "{\"x\":1}", 7 });

  g_assert_cmpstr (mcp_jsonrpc_message_get_method (message), ==, "sampling/x");
  mcp_provider_respond (provider, response);
}

static void
test_request_signal (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Other requests go to whoever follows them");
  g_signal_connect (f->base.provider, "request", G_CALLBACK (request_cb), NULL);
  text = http_call_text (f, "ask");
  http_await (f, "POST {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"result\":{\"x\":1}}", 1);
}

static void
notification_cb (McpProvider *provider, McpJsonrpcMessage *message, gpointer data)
{
  g_assert_cmpstr (mcp_jsonrpc_message_get_method (message), ==,
                   "notifications/tools/list_changed");
  ++*(guint *) data;
}

#define LIST_CHANGED \
  "id: g1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"

static gboolean
is_two (gpointer data)
{
  return *(guint *) data >= 2;
}

static void
test_listen (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  guint n = 0;

  g_test_summary ("What the server says unasked comes over its own stream");
  f->upstream.get_status = 0;
  f->upstream.get_events = LIST_CHANGED;
  g_signal_connect (f->base.provider, "notification", G_CALLBACK (notification_cb), &n);
  text = http_call_text (f, "json");
  test_await (has_open, f);
  http_send_event (f, 0, LIST_CHANGED);
  test_await (is_two, &n);
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 1);
}

static void
test_listen_again (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  guint n = 0;

  g_test_summary ("The server's stream is asked for again when it ends, from where it ended");
  f->upstream.get_status = 0;
  f->upstream.get_events = LIST_CHANGED;
  f->upstream.get_ends = TRUE;
  g_signal_connect (f->base.provider, "notification", G_CALLBACK (notification_cb), &n);
  text = http_call_text (f, "json");
  test_await (is_two, &n);
  g_assert_cmpstr (http_get_header (f, "GET /mcp", "Last-Event-ID"), ==, "g1");
}

static void
test_listen_failing (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A stream that cannot be had now is asked for later");
  f->upstream.get_status = 503;
  text = http_call_text (f, "json");
  http_await (f, "GET /mcp", 2);
  f->upstream.get_status = 0;
  test_await (has_open, f);
}

static void
test_notify (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("Notifications are sent where there is a session, else dropped");
  mcp_provider_notify (f->base.provider, "notifications/x", NULL);
  text = http_call_text (f, "json");
  g_assert_cmpuint (http_count (f, "POST notifications/x"), ==, 0);
  mcp_provider_notify (f->base.provider, "notifications/x", "{\"a\":1}");
  http_await (f, "POST notifications/x", 1);
}

static void
test_many (HttpFixture *f, gconstpointer data)
{
  ProviderCall calls[8];

  g_test_summary ("Calls at once get each its own answer");
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    http_begin (f, &calls[i], i % 2 == 0 ? "sse" : "json");
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (McpJsonrpcMessage) answer = provider_end (&calls[i], &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = provider_get_text (answer);
      g_assert_cmpstr (text, ==, i % 2 == 0 ? "sse" : "json");
    }
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 1);
}

#define ADD(name, data, function)                                                      \
  g_test_add ("/upstream/http-streams/" name, HttpFixture, data, http_setup, function, \
              http_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("events", NULL, test_events);
  ADD ("text/batch", "batch", test_text);
  ADD ("text/lines", "lines", test_text);
  ADD ("text/garbage", "garbage", test_text);
  ADD ("resume", NULL, test_resume);
  ADD ("cut", NULL, test_cut);
  ADD ("cancel", NULL, test_cancel);
  ADD ("time", NULL, test_time);
  ADD ("progress-moves-time", NULL, test_progress_moves_time);
  ADD ("requests", NULL, test_requests);
  ADD ("request-signal", NULL, test_request_signal);
  ADD ("listen", NULL, test_listen);
  ADD ("listen-again", NULL, test_listen_again);
  ADD ("listen-failing", NULL, test_listen_failing);
  ADD ("notify", NULL, test_notify);
  ADD ("many", NULL, test_many);
  return g_test_run ();
}
