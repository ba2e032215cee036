/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "http-upstream.h"

#include <string.h>

static void
test_call (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("The first call begins a session, whose id and revision each message carries");
  g_assert_cmpint (mcp_provider_get_state (f->base.provider), ==, MCP_PROVIDER_STOPPED);
  g_assert_cmpuint (f->upstream.seen->len, ==, 0);
  text = http_call_text (f, "json");
  g_assert_cmpstr (text, ==, "json");
  g_assert_cmpint (mcp_provider_get_state (f->base.provider), ==, MCP_PROVIDER_READY);

  g_assert_cmpstr (f->upstream.seen->pdata[0], ==, "POST server/discover");
  g_assert_cmpstr (f->upstream.seen->pdata[1], ==, "POST initialize");
  g_assert_cmpstr (f->upstream.seen->pdata[2], ==, "POST notifications/initialized");
  g_assert_null (http_get_header (f, "POST initialize", "Mcp-Session-Id"));
  g_assert_null (http_get_header (f, "POST initialize", "MCP-Protocol-Version"));
  g_assert_cmpstr (http_get_header (f, "POST initialize", "Authorization"), ==, "Bearer secret");
  g_assert_cmpstr (http_get_header (f, "POST json", "Mcp-Session-Id"), ==, "first");
  g_assert_cmpstr (http_get_header (f, "POST json", "MCP-Protocol-Version"), ==, "2025-11-25");
  g_assert_cmpstr (http_get_header (f, "POST json", "Accept"), ==,
                   "application/json, text/event-stream");
  g_assert_cmpstr (http_get_header (f, "POST json", "Content-Type"), ==, "application/json");
  g_assert_cmpstr (http_get_header (f, "POST json", "Authorization"), ==, "Bearer secret");
  g_assert_null (http_get_header (f, "POST json", "Cookie"));
  http_await (f, "GET /mcp", 1);
  g_assert_cmpstr (http_get_header (f, "GET /mcp", "Accept"), ==, "text/event-stream");
}

static void
test_close (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "json");
  g_autofree char *again = NULL;

  g_test_summary ("Closing ends the server's session; a later call begins another");
  provider_close (&f->base);
  g_assert_cmpuint (http_count (f, "DELETE /mcp"), ==, 1);
  g_assert_cmpstr (http_get_header (f, "DELETE /mcp", "Mcp-Session-Id"), ==, "first");
  again = http_call_text (f, "json");
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 2);
  g_assert_null (http_get_header (f, "POST initialize", "Mcp-Session-Id"));
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (f->base.provider))->n_restarts, ==,
                    0);
}

static void
test_no_session (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_test_summary ("A server without sessions is called without one, and there is none to end");
  g_clear_pointer (&f->upstream.session_id, g_free);
  f->upstream.initialize_revision = "2025-03-26";
  text = http_call_text (f, "json");
  g_assert_null (http_get_header (f, "POST json", "Mcp-Session-Id"));
  g_assert_cmpstr (http_get_header (f, "POST json", "MCP-Protocol-Version"), ==, "2025-03-26");
  provider_close (&f->base);
  g_assert_cmpuint (http_count (f, "DELETE /mcp"), ==, 0);
}

static void
test_close_in_flight (HttpFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("Closing fails the calls in flight and cuts their streams");
  http_begin (f, &call, "hang");
  http_await (f, "POST hang", 1);
  provider_close (&f->base);
  provider_end_failed (&call, MCP_ERROR_CLOSED, "was closed");
}

static void
test_idle (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  McpServerTimes times = http_times (f);

  g_test_summary ("A server that nobody calls is left, and its session ended");
  times.idle_ms = 20;
  http_set_times (f, &times);
  text = http_call_text (f, "json");
  provider_await_state (&f->base, MCP_PROVIDER_STOPPED);
  g_assert_cmpuint (http_count (f, "DELETE /mcp"), ==, 1);
  again = http_call_text (f, "json");
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 2);
}

typedef struct
{
  const char *tool;
  const char *says;
} Failure;

static const Failure failures[] = {
  { "status-401", "Server “fake” answered HTTP 401 (Unauthorized)" },
  { "status-403", "Server “fake” answered HTTP 403 (Forbidden)" },
  { "status-500", "answered HTTP 500" },
  { "status-503", "answered HTTP 503" },
  { "status-202", "answered HTTP 202" },
  { "status-400", "answered HTTP 400" },
  { "status-303", "answered HTTP 303" },
  { "wrong", "without the request's answer" },
  { "refuse-other", "answered HTTP 400" },
  { "huge", "said more than may be taken" },
  { "huge-json", "said more than may be taken" },
  { "break-mute", "ended its stream of events before the answer" },
  { "break-lost", "ended its stream of events before the answer" },
  { "garbage-answer", "gave an answer that is no JSON-RPC message" },
  { "redirect-away", "redirected the request to another origin, http://localhost" },
  { "redirect-loop", "redirected the request more than 5 times" },
};

static void
test_failure (HttpFixture *f, gconstpointer data)
{
  const Failure *failure = data;
  g_autofree char *text = NULL;

  g_test_summary ("What goes wrong with one call is said, and the next one works");
  http_fail (f, failure->tool, failure->says);
  g_assert_cmpuint (http_count (f, "POST /away"), ==, 0);
  text = http_call_text (f, "json");
  g_assert_cmpstr (text, ==, "json");
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 1);
  g_assert_nonnull (strstr (
      mcp_server_link_get_runs (MCP_SERVER_LINK (f->base.provider))->last_error, failure->says));
}

static void
test_resumes_bounded (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A stream that brings nothing is asked for a few times, and then no more");
  http_fail (f, "break-lost", "before the answer");
  /* beside the server's own stream */
  g_assert_cmpuint (http_count (f, "GET /mcp"), ==, 1 + 5);
}

static void
test_refused (HttpFixture *f, gconstpointer tool)
{
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary ("An error in the body of a 4xx is the answer");
  answer = provider_call (&f->base, tool, NULL);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_FAILURE);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (answer), ==, -32602);
}

static void
test_redirect (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "redirect");

  g_test_summary ("A redirect within the origin is followed, with headers and body");
  g_assert_cmpstr (text, ==, "other");
  g_assert_cmpuint (http_count (f, "POST redirect"), ==, 2);
  g_assert_cmpstr (http_get_header (f, "POST redirect", "Authorization"), ==, "Bearer secret");
}

static void
test_lost_session (HttpFixture *f, gconstpointer says_400)
{
  g_autofree char *text = http_call_text (f, "json");
  g_autofree char *again = NULL;
  g_autoptr (McpJsonrpcMessage) list = NULL;

  g_test_summary (
      "A session that the server has forgotten is begun again, and the request sent once more");
  f->upstream.says_400 = says_400 != NULL;
  g_free (f->upstream.session_id);
  f->upstream.session_id = g_strdup ("second");
  list = provider_call (&f->base, "tools/list", NULL);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (list), ==, MCP_JSONRPC_RESULT);
  g_assert_cmpuint (http_count (f, "POST tools/list"), ==, 2);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 2);
  g_assert_cmpstr (http_get_header (f, "POST tools/list", "Mcp-Session-Id"), ==, "second");
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (f->base.provider))->n_restarts, ==,
                    1);

  g_free (f->upstream.session_id);
  f->upstream.session_id = g_strdup ("third");
  again = http_call_text (f, "json");
  g_assert_cmpstr (again, ==, "json");
  g_assert_cmpuint (http_count (f, "POST json"), ==, 3);
  g_assert_cmpstr (http_get_header (f, "POST json", "Mcp-Session-Id"), ==, "third");
}

static void
test_lost_for_ever (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "json");

  g_test_summary ("A list that is answered 404 in the new session too is not asked a third time");
  f->upstream.forgets = TRUE;
  http_fail (f, "tools/list", "was not repeated");
  g_assert_cmpuint (http_count (f, "POST tools/list"), ==, 2);
}

static void
test_refused_for_ever (HttpFixture *f, gconstpointer data)
{
  g_autofree char *text = http_call_text (f, "json");
  g_autoptr (McpJsonrpcMessage) answer = NULL;

  g_test_summary ("A 400 that a new session does not cure is the answer");
  f->upstream.forgets = TRUE;
  f->upstream.says_400 = TRUE;
  answer = provider_call (&f->base, "tools/list", NULL);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (answer), ==, MCP_JSONRPC_FAILURE);
  g_assert_cmpuint (http_count (f, "POST tools/list"), ==, 2);
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 2);
}

static void
test_start_failure (HttpFixture *f, gconstpointer data)
{
  McpServerTimes times = http_times (f);
  g_autofree char *text = NULL;

  g_test_summary ("A handshake that fails is told, and left alone for a while");
  times.backoff_min_ms = 60000;
  times.backoff_max_ms = 60000;
  http_set_times (f, &times);
  f->upstream.initialize_status = 401;
  http_fail (f, "json", "could not be started: it answered HTTP 401 (Unauthorized)");
  g_assert_cmpint (mcp_provider_get_state (f->base.provider), ==, MCP_PROVIDER_STOPPED);
  http_fail (f, "json", "next attempt in");
  g_assert_cmpuint (http_count (f, "POST initialize"), ==, 1);
}

static void
test_start_again (HttpFixture *f, gconstpointer data)
{
  McpServerTimes times = http_times (f);
  g_autofree char *text = NULL;

  g_test_summary ("After a failed start the next call tries again");
  times.backoff_min_ms = 0;
  times.backoff_max_ms = 0;
  http_set_times (f, &times);
  f->upstream.initialized_status = 500;
  http_fail (f, "json", "could not be started: it answered HTTP 500");
  f->upstream.initialized_status = 0;
  f->upstream.initialize_revision = "1999-01-01";
  http_fail (f, "json", "speaks the MCP revision “1999-01-01”");
  f->upstream.initialize_revision = "2025-06-18";
  text = http_call_text (f, "json");
  g_assert_cmpuint (mcp_server_link_get_runs (MCP_SERVER_LINK (f->base.provider))->n_restarts, ==,
                    2);
}

static void
test_bad_session_id (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A session id that is none is not sent back");
  g_free (f->upstream.session_id);
  f->upstream.session_id = g_strdup ("with space");
  http_fail (f, "json", "gave a session id that is none");
}

static void
test_unreachable (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A server that is not there is told");
  http_stop (f);
  http_fail (f, "json", "could not be started: it could not be reached: ");
}

static void
test_silent (HttpFixture *f, gconstpointer data)
{
  ProviderCall call;

  g_test_summary ("A call without an answer ends at its time, and the server is told");
  provider_begin (&f->base, &call, "silent", NULL, 100, NULL);
  provider_end_failed (&call, MCP_ERROR_PROVIDER_FAILED, "neither an answer nor progress");
  http_await (f, "POST notifications/cancelled", 1);
}

static void
test_start_silent (HttpFixture *f, gconstpointer data)
{
  McpServerTimes times = http_times (f);

  g_test_summary ("A server that takes no part in the handshake is given up");
  times.start_ms = 50;
  http_set_times (f, &times);
  f->upstream.is_silent = TRUE;
  http_fail (f, "json", "could not be started: it did not finish the handshake within 0.05 s");
}

/* Made for this test, and signed by nobody else. */
static const char self_signed[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguiAQkVQjGxWtEM5r\n"
    "xMgIaQba/qrNvj4lwatIJ1cNowuhRANCAARKC0YCW1UmgXXeowZ9LgF5hk+3Ntm6\n"
    "jUhMpxHbzK9EEcvCzj/voNyyijDoKkDMEn0PT4u/NqAmYR4VyFxKEWHL\n"
    "-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBjzCCATagAwIBAgIUQA8VU+V7e5N2GLoAVpfbxQKEHewwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzA0NTA1NloYDzIxMjYxMDMw\n"
    "MDQ1MDU2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAARKC0YCW1UmgXXeowZ9LgF5hk+3Ntm6jUhMpxHbzK9EEcvCzj/voNyy\n"
    "ijDoKkDMEn0PT4u/NqAmYR4VyFxKEWHLo2QwYjAdBgNVHQ4EFgQUU1pSkMfCIetg\n"
    "PRUX5oZJg/NhdHcwHwYDVR0jBBgwFoAUU1pSkMfCIetgPRUX5oZJg/NhdHcwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC\n"
    "ICp25tYjgfe1QQC5mTjjLQYMG1tF9TMlC6U9dPYxJfcmAiBxQKkyQi7SYwJhcrRX\n"
    "HrVxfk+DfPTG9MLAZuWRgPet0g==\n"
    "-----END CERTIFICATE-----\n";

static void
test_tls (void)
{
  HttpFixture f = { 0 };
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A server whose certificate nobody vouches for sees no request");
#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("The leak checker dies of the TLS backend's threads");
  return;
#endif
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GLib has no TLS here");
      return;
    }
  certificate = g_tls_certificate_new_from_pem (self_signed, -1, &error);
  g_assert_no_error (error);
  http_setup_tls (&f, certificate);
  g_assert_true (g_str_has_prefix (f.upstream.url, "https://"));
  http_fail (&f, "json", "Unacceptable TLS certificate");
  g_assert_cmpuint (f.upstream.seen->len, ==, 0);
  http_teardown (&f, NULL);
}

static void
test_unset_variable (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A header with a variable that is not set is an error that names it");
  g_unsetenv ("MCP_TEST_KEY");
  http_fail (f, "json", "env:MCP_TEST_KEY");
  g_assert_cmpuint (f->upstream.seen->len, ==, 0);
}

static void
test_header_injection (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("A variable cannot add a header of its own");
  g_setenv ("MCP_TEST_KEY", "a\r\nX-Other: b", TRUE);
  http_fail (f, "json", "the header “Authorization” would hold a control character");
  g_assert_cmpuint (f->upstream.seen->len, ==, 0);
}

#define ADD(name, data, function)                                                       \
  g_test_add ("/upstream/http-provider/" name, HttpFixture, data, http_setup, function, \
              http_teardown)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("call", NULL, test_call);
  ADD ("close", NULL, test_close);
  ADD ("no-session", NULL, test_no_session);
  ADD ("close-in-flight", NULL, test_close_in_flight);
  ADD ("idle", NULL, test_idle);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path =
          g_strconcat ("/upstream/http-provider/failure/", failures[i].tool, NULL);

      g_test_add (path, HttpFixture, &failures[i], http_setup, test_failure, http_teardown);
    }
  ADD ("resumes-bounded", NULL, test_resumes_bounded);
  ADD ("refused/own", "refuse-own", test_refused);
  ADD ("refused/nobody", "refuse-nobody", test_refused);
  ADD ("redirect", NULL, test_redirect);
  ADD ("lost-session/404", NULL, test_lost_session);
  ADD ("lost-session/400", "400", test_lost_session);
  ADD ("refused-for-ever", NULL, test_refused_for_ever);
  ADD ("lost-for-ever", NULL, test_lost_for_ever);
  ADD ("start-failure", NULL, test_start_failure);
  ADD ("start-again", NULL, test_start_again);
  ADD ("start-silent", NULL, test_start_silent);
  ADD ("bad-session-id", NULL, test_bad_session_id);
  ADD ("unreachable", NULL, test_unreachable);
  ADD ("silent", NULL, test_silent);
  g_test_add_func ("/upstream/http-provider/tls", test_tls);
  ADD ("unset-variable", NULL, test_unset_variable);
  ADD ("header-injection", NULL, test_header_injection);
  return g_test_run ();
}
