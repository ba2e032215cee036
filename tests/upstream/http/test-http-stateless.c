/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How it is found out what a server speaks that is reached over HTTP, what is said to
 * one of 2026-07-28, and the HTTP+SSE pair of 2024-11-05.
 */
#include "common/mcp-error.h"
#include "http-upstream.h"

#include <string.h>

static void
setup_modern (HttpFixture *f, gconstpointer data)
{
  http_setup (f, data);
  f->upstream.is_stateless = TRUE;
}

static gboolean
has_closed (gpointer data)
{
  HttpFixture *f = data;

  return f->upstream.n_closed > 0;
}

static gboolean
write_cb (gpointer data)
{
  HttpFixture *f = data;

  for (guint i = 0; i < f->upstream.open->len; i++)
    http_send_event (f, i, ": still there\n\n");
  return G_SOURCE_CONTINUE;
}

/* The server notices when it writes. */
static void
await_closed (HttpFixture *f)
{
  guint id = g_timeout_add (5, write_cb, f);

  test_await (has_closed, f);
  g_source_remove (id);
}

static void
test_headers (HttpFixture *f, gconstpointer data)
{
  static const char *const param_headers[] = { "Region", "eu west",         "City", "München",
                                               "Odd",    "=?base64?eA==?=", NULL };
  const McpProviderRequest request = {
    .method = "tools/call",
    .params = "{\"name\":\"grüßen\",\"arguments\":{}}",
    .param_headers = param_headers,
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary ("A server of 2026-07-28 reads in headers what the request is about");
  mcp_provider_request_async (f->base.provider, &request, NULL, test_keep_result, &result);
  test_await (test_is_set, &result);
  answer = mcp_provider_request_finish (f->base.provider, result, NULL);
  g_assert_nonnull (answer);
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_2026_07_28);

#define HEADER(name) http_get_header (f, "POST grüßen", name)
  g_assert_cmpstr (HEADER ("MCP-Protocol-Version"), ==, "2026-07-28");
  g_assert_cmpstr (HEADER ("Mcp-Method"), ==, "tools/call");
  g_assert_cmpstr (HEADER ("Mcp-Name"), ==, "=?base64?Z3LDvMOfZW4=?=");
  g_assert_cmpstr (HEADER ("Mcp-Param-Region"), ==, "eu west");
  g_assert_cmpstr (HEADER ("Mcp-Param-City"), ==, "=?base64?TcO8bmNoZW4=?=");
  g_assert_cmpstr (HEADER ("Mcp-Param-Odd"), ==, "=?base64?PT9iYXNlNjQ/ZUE9PT89?=");
  g_assert_cmpstr (HEADER ("Authorization"), ==, "Bearer secret");
  g_assert_null (HEADER ("Mcp-Session-Id"));
#undef HEADER
  g_assert_cmpstr (http_get_header (f, "POST server/discover", "Mcp-Method"), ==,
                   "server/discover");
  g_assert_null (http_get_header (f, "POST server/discover", "Mcp-Name"));

  provider_close (&f->base);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 0);
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 0);
  g_assert_cmpuint (http_count (f, "DELETE /mcp"), ==, 0);
}

static void
test_cancel (HttpFixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ProviderCall call;

  g_test_summary ("A withdrawn call's stream is closed, and nothing else is said");
  provider_begin (&f->base, &call, "hang", NULL, 0, cancellable);
  http_await (f, "POST hang", 1);
  g_cancellable_cancel (cancellable);
  provider_end_failed (&call, MCP_ERROR_CANCELLED, "withdrawn");
  await_closed (f);
  g_free (http_call_text (f, "json"));
  g_assert_cmpuint (http_count (f, "POST notifications/cancelled"), ==, 0);
}

static void
test_listen (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("What is listened to follows what is watched; the new stream comes first");
  g_free (http_call_text (f, "json"));
  http_await (f, "POST subscriptions/listen", 1);
  g_assert_nonnull (strstr (f->upstream.listened, "\"notifications\":{\"toolsListChanged\":true}"));
  g_assert_cmpstr (http_get_header (f, "POST subscriptions/listen", "Mcp-Method"), ==,
                   "subscriptions/listen");

  mcp_provider_watch (f->base.provider, "test://a");
  mcp_provider_watch (f->base.provider, "test://b");
  http_await (f, "POST subscriptions/listen", 2);
  g_assert_cmpuint (f->upstream.n_closed, ==, 0);
  g_assert_nonnull (strstr (f->upstream.listened, "test://a"));
  g_assert_nonnull (strstr (f->upstream.listened, "test://b"));
  await_closed (f);

  /* What breaks is asked for again. */
  http_cut (f);
  http_await (f, "POST subscriptions/listen", 3);
}

static void
test_broken (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A stream that breaks before its answer is not asked for again");
  http_fail (f, "break", "ended its stream of events before the answer");
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 0);
}

static void
test_mismatch (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A server that finds the headers wrong fails the call, and the error says so");
  http_fail (f, "code--32020", "finds that the HTTP headers do not fit the request: as asked");
}

static void
test_capability (HttpFixture *f, gconstpointer data)
{
  g_autoptr (McpJsonrpcMessage) answer = provider_call (&f->base, "code--32021", NULL);

  g_test_summary ("That the client cannot do what is needed is its own affair");
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (answer), ==, -32021);
}

static void
test_again (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "json");
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary (
      "A server that does not take its revision any more is asked what it speaks, and the "
      "request is sent once more in that");
  answer = provider_call (&f->base, "code--32022", NULL);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (answer), ==, -32022);
  g_assert_cmpuint (http_count (f, "POST code--32022"), ==, 2);
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_2025_11_25);
  g_assert_cmpuint (http_count (f, "POST server/discover"), ==, 2);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 1);
}

static void
test_repeated (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "json");
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary (
      "A server that answers as if it did not know the client is asked again, lists are repeated");
  f->upstream.is_stateless = FALSE;
  f->upstream.list_status = SOUP_STATUS_BAD_REQUEST;
  answer = provider_call (&f->base, "tools/list", "{}");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_RESULT);
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_2025_11_25);
  g_assert_cmpuint (http_count (f, "POST tools/list"), ==, 2);
  g_assert_null (http_get_header (f, "POST tools/list", "Mcp-Method"));
}

typedef struct
{
  const char *name;
  guint status;
  const char *error; /* (nullable) */
  McpRevision revision;
} Probe;

static const Probe probes[] = {
  { "400", 400, NULL, MCP_REVISION_2025_11_25 },
  { "401", 401, NULL, MCP_REVISION_2025_11_25 },
  { "404", 404, NULL, MCP_REVISION_2025_11_25 },
  { "405", 405, NULL, MCP_REVISION_2025_11_25 },
  { "500", 500, NULL, MCP_REVISION_2025_11_25 },
  { "204", 204, NULL, MCP_REVISION_2025_11_25 },
  { "no-session", 400, "\"code\":-32000,\"message\":\"?\"", MCP_REVISION_2025_11_25 },
  { "unknown", 200, "\"code\":-32601,\"message\":\"?\"", MCP_REVISION_2025_11_25 },
  { "future", 400, "\"code\":-32022,\"message\":\"?\",\"data\":{\"supported\":[\"2099-01-01\"]}",
    MCP_REVISION_2025_11_25 },
  { "supported", 400,
    "\"code\":-32022,\"message\":\"?\",\"data\":{\"supported\":[\"2025-11-25\",\"2026-07-28\"]}",
    MCP_REVISION_2026_07_28 },
  { "capability", 400, "\"code\":-32021,\"message\":\"?\"", MCP_REVISION_2026_07_28 },
};

static void
test_probe (HttpFixture *f, gconstpointer data)
{
  const Probe *probe = data;
  gboolean is_stateless = mcp_revision_is_stateless (probe->revision);

  g_test_summary ("What the server speaks is found out, whatever it does with server/discover");
  f->upstream.discover_status = probe->status;
  f->upstream.discover_error = probe->error;
  g_free (http_call_text (f, "json"));
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, probe->revision);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, is_stateless ? 0 : 1);

  /* Found once, it is not looked for again. */
  provider_close (&f->base);
  g_free (http_call_text (f, "json"));
  g_assert_cmpuint (http_count (f, "POST server/discover"), ==, is_stateless ? 2 : 1);
}

static void
test_probe_silent (HttpFixture *f, gconstpointer data)
{
  McpServerTimes times = http_times (f);

  g_test_summary ("A server that does not answer server/discover is asked initialize as well");
  times.probe_ms = 20;
  http_set_times (f, &times);
  f->upstream.is_probe_silent = TRUE;
  g_free (http_call_text (f, "json"));
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_2025_11_25);
}

static void
test_renewed (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A server that was an older one and refuses to initialize is asked what it is");
  mcp_provider_set_lifecycle (f->base.provider, MCP_LIFECYCLE_HANDSHAKE);
  f->upstream.initialize_status = GPOINTER_TO_UINT (data);
  g_free (http_call_text (f, "json"));
  g_assert_cmpint (mcp_provider_get_revision (f->base.provider), ==, MCP_REVISION_2026_07_28);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 1);
}

static void
test_unreachable (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A server that cannot be reached is not asked in another way");
  http_stop (f);
  http_fail (f, "json", "could not be started: it could not be reached");
}

/* The pair */

static void
test_pair_unknown (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("Where the pair is not there either, the error is the first");
  f->upstream.initialize_status = SOUP_STATUS_NOT_FOUND;
  http_fail (f, "json", "could not be started: it answered HTTP 404 (Not Found)");
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 1);
}

static const char *const bad_endpoints[][2] = {
  { "http://localhost:1/messages", "another origin" },
  { "//127.0.0.1:1/messages", "another origin" },
  { "https://127.0.0.1/messages", "another origin" },
  { "file:///etc/passwd", "in its “endpoint” event" },
  { "http://[", "no address" },
};

static void
test_pair_endpoint (HttpFixture *f, gconstpointer data)
{
  const char *const *endpoint = data;
  g_autofree char *events = g_strdup_printf ("event: endpoint\ndata: %s\n\n", endpoint[0]);

  g_test_summary ("The pair's messages go to the server's own origin, or nowhere");
  f->base.config->is_sse = TRUE;
  f->upstream.get_status = 0;
  f->upstream.get_events = events;
  http_fail (f, "json", endpoint[1]);
  g_assert_cmpuint (f->upstream.seen->len, ==, 1);
}

static void
test_pair_ends (HttpFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("With the pair's stream all that waits for an answer ends");
  f->base.config->is_sse = TRUE;
  f->upstream.get_status = 0;
  f->upstream.get_events = "event: endpoint\ndata: /mcp?id=1\n\n";
  g_free (http_call_text (f, "json"));
  http_begin (f, &call, "hang");
  http_await (f, "POST hang", 1);
  http_cut (f);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "Server “fake” ");
  g_assert_cmpint (mcp_provider_get_state (f->base.provider), ==, MCP_PROVIDER_STOPPED);
  g_assert_cmpuint (http_count (f, "POST server/discover"), ==, 0);
  g_free (http_call_text (f, "json"));
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 2);
}

#define ADD(name, setup, data, test) \
  g_test_add ("/upstream/http-modern/" name, HttpFixture, data, setup, test, http_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("headers", setup_modern, NULL, test_headers);
  ADD ("cancel", setup_modern, NULL, test_cancel);
  ADD ("listen", setup_modern, NULL, test_listen);
  ADD ("broken", setup_modern, NULL, test_broken);
  ADD ("mismatch", setup_modern, NULL, test_mismatch);
  ADD ("capability", setup_modern, NULL, test_capability);
  ADD ("again", setup_modern, NULL, test_again);
  ADD ("repeated", setup_modern, NULL, test_repeated);
  for (gsize i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/upstream/http-modern/probe/%s", probes[i].name);

      g_test_add (path, HttpFixture, &probes[i], http_setup, test_probe, http_teardown);
    }
  ADD ("probe/silent", http_setup, NULL, test_probe_silent);
  ADD ("renewed/400", setup_modern, GUINT_TO_POINTER (400), test_renewed);
  ADD ("renewed/404", setup_modern, GUINT_TO_POINTER (404), test_renewed);
  ADD ("unreachable", http_setup, NULL, test_unreachable);
  ADD ("pair/unknown", http_setup, NULL, test_pair_unknown);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_endpoints); i++)
    {
      g_autofree char *path = g_strdup_printf ("/upstream/http-modern/pair/endpoint/%zu", i);

      g_test_add (path, HttpFixture, bad_endpoints[i], http_setup, test_pair_endpoint,
                  http_teardown);
    }
  ADD ("pair/ends", http_setup, NULL, test_pair_ends);
  return g_test_run ();
}
