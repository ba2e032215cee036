/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A relay between a client and one server: nothing else of the gateway is there.
 */
#include "gateway/call/mcp-relay.h"

#include "common/mcp-error.h"
#include "small-fixture.h"

#include <string.h>

#define PARAMS "{\"name\":\"x\"}"

typedef struct
{
  SmallFixture small;
  GCancellable *cancellable;
  GString *reports; /* numbers that were reported: as the server sent them */
  guint n_logs;
  McpAsk *ask; /* the last question */
  guint n_done;
  char *answer;
  GError *error;
} Relaying;

static void
progress_cb (const McpProgressReport *report, gpointer user_data)
{
  Relaying *r = user_data;

  g_assert_cmpuint (r->n_done, ==, 0);
  g_string_append_printf (r->reports, " %g", report->progress);
}

static void
log_cb (McpJsonSlice params, gpointer user_data)
{
  ((Relaying *) user_data)->n_logs++;
}

static void
tell_cb (const char *text, gpointer user_data)
{
}

static void
ask_cb (McpAsk *ask, gpointer user_data)
{
  g_set_object (&((Relaying *) user_data)->ask, ask);
}

static void
done_cb (const McpServerAnswer *answer, const GError *error, gpointer user_data)
{
  Relaying *r = user_data;

  g_assert_true ((answer == NULL) != (error == NULL));
  r->n_done++;
  if (answer != NULL)
    {
      McpJsonSlice result = mcp_jsonrpc_message_get_result (answer->message);

      r->answer = g_strndup (result.data, result.length);
    }
  else
    r->error = g_error_copy (error);
}

static const McpRelayFuncs funcs = {
  .progress = progress_cb,
  .tell = tell_cb,
  .log = log_cb,
  .ask = ask_cb,
  .done = done_cb,
};

static void
set_up (Relaying *r, gconstpointer data)
{
  small_fixture_setup (&r->small, NULL);
  r->cancellable = g_cancellable_new ();
  r->reports = g_string_new (NULL);
}

static void
tear_down (Relaying *r, gconstpointer data)
{
  mcp_test_settle ();
  g_assert_cmpuint (r->n_done, ==, 1);
  g_clear_object (&r->ask);
  g_assert_finalize_object (r->cancellable);
  g_string_free (r->reports, TRUE);
  g_free (r->answer);
  g_clear_error (&r->error);
  small_fixture_teardown (&r->small, NULL);
}

static void
run (Relaying *r, guint max_seconds)
{
  SmallFixture *f = &r->small;
  g_autoptr (McpParams) params = mcp_params_new_take (g_strdup (PARAMS));
  g_autoptr (McpRelay) relay =
      mcp_relay_new (f->client, f->target, "tools/call", params, &funcs, r);

  mcp_relay_set_times (relay, 0, max_seconds);
  mcp_relay_run (relay, f->pool, r->cancellable);
}

static void
test_answer (Relaying *r, gconstpointer data)
{
  g_test_summary ("A relay keeps itself alive until the server has answered, and says so once");
  run (r, 0);
  g_assert_cmpuint (r->n_done, ==, 0);
  g_assert_cmpstr (mcp_fake_provider_get_params (r->small.provider, 0), ==, PARAMS);
  mcp_fake_provider_answer (r->small.provider, 0, "{\"n\":1}");
  AWAIT (r->n_done > 0);
  g_assert_cmpstr (r->answer, ==, "{\"n\":1}");
}

static void
test_failure_names_server (Relaying *r, gconstpointer data)
{
  g_test_summary ("A failure names the server once, whatever its provider said");
  run (r, 0);
  mcp_fake_provider_fail (r->small.provider, 0, "it broke");
  AWAIT (r->n_done > 0);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);
  g_assert_cmpstr (r->error->message, ==, "Server “srv” failed: it broke");
}

static void
test_withdrawn (Relaying *r, gconstpointer data)
{
  McpServerStatus status;

  g_test_summary ("A request that is withdrawn is no failure of the server");
  run (r, 0);
  g_cancellable_cancel (r->cancellable);
  AWAIT (r->n_done > 0);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_CANCELLED);
  g_assert_cmpuint (mcp_fake_provider_get_n_cancelled (r->small.provider), ==, 1);
  mcp_provider_pool_get_status (r->small.pool, "srv", &status);
  g_assert_null (status.last_error);
}

static void
test_overdue (Relaying *r, gconstpointer data)
{
  g_test_summary ("A request beyond its limit fails, which is not the same as being withdrawn");
  run (r, 1);
  AWAIT (r->n_done > 0);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);
  g_assert_nonnull (strstr (r->error->message, "CallSeconds"));
}

static void
test_session_closed (Relaying *r, gconstpointer data)
{
  SmallFixture *f = &r->small;

  g_test_summary ("The end of the session is the reason that is told, if it is one");
  run (r, 0);
  mcp_session_store_close (f->store, mcp_session_get_id (f->session), "closed", NULL);
  g_cancellable_cancel (r->cancellable);
  AWAIT (r->n_done > 0);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_CLOSED);
}

static void
test_reports (Relaying *r, gconstpointer data)
{
  g_test_summary ("Reports are judged once: those that do not rise are marked, those without a "
                  "finite number are none");
  run (r, 0);
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":1}");
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":1}");
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":\"2\"}");
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":0.5}");
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":0.75}");
  mcp_fake_provider_progress (r->small.provider, 0, "{\"progress\":3}");
  mcp_fake_provider_log (r->small.provider, 0, "{\"level\":\"info\"}");
  g_assert_cmpstr (r->reports->str, ==, " 1 1 0.5 0.75 3");
  g_assert_cmpuint (r->n_logs, ==, 1);
  mcp_fake_provider_answer (r->small.provider, 0, "{}");
  AWAIT (r->n_done > 0);
}

static void
test_question_is_withdrawn (Relaying *r, gconstpointer data)
{
  g_test_summary ("A question that is open when the server answers is withdrawn");
  run (r, 0);
  mcp_fake_provider_ask (r->small.provider, 0,
                         "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"elicitation/create\"}");
  g_assert_true (mcp_ask_is_open (r->ask));
  mcp_fake_provider_answer (r->small.provider, 0, "{}");
  AWAIT (r->n_done > 0);
  g_assert_false (mcp_ask_is_open (r->ask));
  g_assert_null (mcp_fake_provider_take_response (r->small.provider));
}

static void
test_rounds (Relaying *r, gconstpointer data)
{
  McpFakeProvider *provider;

  g_test_summary ("A server that wants input gets the same request again, with the answers and "
                  "its own state");
  run (r, 0);
  provider = r->small.provider;
  mcp_fake_provider_answer (provider, 0,
                            "{\"resultType\":\"input_required\",\"requestState\":\"s\","
                            "\"inputRequests\":{\"k\":{\"method\":\"elicitation/create\"}}}");
  AWAIT (r->ask != NULL);
  g_assert_cmpuint (mcp_fake_provider_get_n_waiting (provider), ==, 0);
  mcp_ask_answer_result (r->ask, (McpJsonSlice){ "{\"a\":1}", strlen ("{\"a\":1}") });
  g_assert_cmpstr (mcp_fake_provider_get_params (provider, 0), ==,
                   "{\"name\":\"x\",\"inputResponses\":{\"k\":{\"a\":1}},\"requestState\":\"s\"}");
  mcp_fake_provider_answer (provider, 0, "{\"n\":1}");
  AWAIT (r->n_done > 0);
  g_assert_cmpstr (r->answer, ==, "{\"n\":1}");
}

static void
test_withdrawn_between_rounds (Relaying *r, gconstpointer data)
{
  g_test_summary ("A request that is withdrawn while the client is asked ends at once, and the "
                  "question with it");
  run (r, 0);
  mcp_fake_provider_answer (r->small.provider, 0,
                            "{\"resultType\":\"input_required\","
                            "\"inputRequests\":{\"k\":{\"method\":\"elicitation/create\"}}}");
  AWAIT (r->ask != NULL);
  g_cancellable_cancel (r->cancellable);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_CANCELLED);
  g_assert_false (mcp_ask_is_open (r->ask));
}

static void
test_no_lease (Relaying *r, gconstpointer data)
{
  SmallFixture *f = &r->small;

  g_test_summary ("A server that cannot be had is told before the run returns");
  f->limits.upstream_processes = 0;
  mcp_provider_pool_set_limits (f->pool, &f->limits);
  run (r, 0);
  g_assert_error (r->error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
}

#define ADD(name, function) \
  g_test_add ("/gateway/relay/" name, Relaying, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("answer", test_answer);
  ADD ("failure-names-server", test_failure_names_server);
  ADD ("withdrawn", test_withdrawn);
  ADD ("overdue", test_overdue);
  ADD ("session-closed", test_session_closed);
  ADD ("reports", test_reports);
  ADD ("question-is-withdrawn", test_question_is_withdrawn);
  ADD ("rounds", test_rounds);
  ADD ("withdrawn-between-rounds", test_withdrawn_between_rounds);
  ADD ("no-lease", test_no_lease);
  return g_test_run ();
}
