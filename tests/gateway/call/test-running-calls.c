/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The register of running calls: numbers, limits, counts.
 */
#include "gateway/call/mcp-running-calls.h"

#include "common/mcp-error.h"
#include "small-fixture.h"

#include <string.h>

typedef struct
{
  SmallFixture small;
  McpRunningCalls *calls;
  guint n_done;
} Register;

static void
ignore_progress (const McpProgressReport *report, gpointer user_data)
{
}

static void
ignore_tell (const char *text, gpointer user_data)
{
}

static void
ignore_log (McpJsonSlice params, gpointer user_data)
{
}

static void
refuse_ask (McpAsk *ask, gpointer user_data)
{
  mcp_ask_answer_error (ask, MCP_JSONRPC_ERROR_INTERNAL, "No", MCP_JSON_SLICE_NONE);
}

static void
done_cb (const McpServerAnswer *answer, const GError *error, gpointer user_data)
{
  Register *r = user_data;

  r->n_done++;
  g_assert_cmpuint (mcp_running_calls_get_n (r->calls), ==, 0);
}

static const McpRelayFuncs funcs = {
  .progress = ignore_progress,
  .tell = ignore_tell,
  .log = ignore_log,
  .ask = refuse_ask,
  .done = done_cb,
};

static void
set_up (Register *r, gconstpointer data)
{
  small_fixture_setup (&r->small, NULL);
  r->calls = mcp_running_calls_new (r->small.pool);
}

static void
tear_down (Register *r, gconstpointer data)
{
  mcp_test_settle ();
  g_assert_finalize_object (r->calls);
  small_fixture_teardown (&r->small, NULL);
}

static McpCall *
begin (Register *r, GCancellable *cancellable, GError **error)
{
  return mcp_running_calls_begin (r->calls, r->small.client, "srv__work", NULL, cancellable, error);
}

static void
run (Register *r, McpCall *call, guint timeout_ms)
{
  g_autoptr (McpParams) params = mcp_params_new_take (g_strdup ("{}"));

  mcp_running_calls_run (r->calls, call, r->small.target, params, timeout_ms, &funcs, r);
}

static void
test_numbers (Register *r, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpCall) first = begin (r, cancellable, NULL);
  g_autoptr (McpCall) second = begin (r, cancellable, NULL);

  g_test_summary ("Each call has an id of its own, counts in its session, and runs later or never");
  g_assert_cmpstr (mcp_call_get_id (first), !=, mcp_call_get_id (second));
  g_assert_cmpuint (mcp_session_get_calls_in_flight (r->small.session), ==, 2);
  g_assert_cmpuint (mcp_running_calls_get_n (r->calls), ==, 0);
  mcp_call_abandon (first);
  mcp_call_abandon (first);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (r->small.session), ==, 1);
}

static void
test_limit (Register *r, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpCall) first = NULL;
  g_autoptr (McpCall) second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One call more than a session may have is refused, and counted as refused");
  r->small.limits.calls_per_session = 1;
  mcp_session_store_set_limits (r->small.store, &r->small.limits);
  first = begin (r, cancellable, NULL);
  second = begin (r, cancellable, &error);
  g_assert_null (second);
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (mcp_running_calls_get_stats (r->calls)->n_over_limit, ==, 1);
}

static void
test_counts (Register *r, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpCall) call = begin (r, cancellable, NULL);
  const McpCallStats *stats = mcp_running_calls_get_stats (r->calls);

  g_test_summary ("A call is in the register while it runs, and counted when it has ended");
  run (r, call, 0);
  g_assert_cmpuint (mcp_running_calls_get_n (r->calls), ==, 1);
  mcp_fake_provider_answer (r->small.provider, 0, "{\"isError\":true}");
  AWAIT (r->n_done == 1);
  g_assert_cmpuint (mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_ERROR), ==, 1);
  g_assert_cmpuint (mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_OK), ==, 0);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (r->small.session), ==, 0);
}

static void
test_withdrawn_before_it_runs (Register *r, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpCall) call = begin (r, cancellable, NULL);

  g_test_summary ("A call that was withdrawn before it runs ends as cancelled");
  g_cancellable_cancel (cancellable);
  run (r, call, 0);
  AWAIT (r->n_done == 1);
  g_assert_cmpint (mcp_call_get_state (call), ==, MCP_PROGRESS_STATE_CANCELLED);
}

static guint
get_timeout (Register *r, guint asked_ms)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (McpCall) call = begin (r, cancellable, NULL);
  guint n_done = r->n_done;
  guint timeout_ms;

  run (r, call, asked_ms);
  timeout_ms = mcp_fake_provider_get_timeout (r->small.provider, 0);
  mcp_fake_provider_answer (r->small.provider, 0, "{}");
  AWAIT (r->n_done == n_done + 1);
  return timeout_ms;
}

static void
test_timeouts (Register *r, gconstpointer data)
{
  g_test_summary ("The caller's time-out comes first, then the server's, then the daemon's");
  mcp_running_calls_set_timeout (r->calls, 3000);
  g_assert_cmpuint (get_timeout (r, 0), ==, 3000);
  r->small.config->timeout_seconds = 2;
  mcp_target_unref (r->small.target);
  r->small.target = mcp_target_new (r->small.config, "work");
  g_assert_cmpuint (get_timeout (r, 0), ==, 2000);
  g_assert_cmpuint (get_timeout (r, 1000), ==, 1000);
}

#define ADD(name, function) \
  g_test_add ("/gateway/running-calls/" name, Register, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("numbers", test_numbers);
  ADD ("limit", test_limit);
  ADD ("counts", test_counts);
  ADD ("withdrawn-before-it-runs", test_withdrawn_before_it_runs);
  ADD ("timeouts", test_timeouts);
  return g_test_run ();
}
