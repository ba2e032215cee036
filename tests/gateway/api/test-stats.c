/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway-fixture.h"
#include "gateway/api/mcp-gateway-dump.h"
#include "gateway/api/mcp-gateway-stats.h"
#include "gateway/call/mcp-trace-context.h"
#include "gateway/client/mcp-attachment.h"

#include <string.h>

#define TOOLS "[{\"name\":\"work\",\"inputSchema\":{\"type\":\"object\"}}]"
#define CALL(id)                    \
  "{\"jsonrpc\":\"2.0\",\"id\":" id \
  ",\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\"}}"
#define TRACE_ID     "0af7651916cd43dd8448eb211c80319c"
#define TRACE_PARENT "00-" TRACE_ID "-b7ad6b7169203331-01"
#define TRACED_CALL                                                                             \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"srv__work\"," \
  "\"_meta\":{\"traceparent\":\"" TRACE_PARENT "\"}}}"
#define CALL_WITH_SECRET                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"," \
  "\"params\":{\"name\":\"srv__work\",\"arguments\":{\"x\":\"hush\"}}}"

static void
test_outcomes (void)
{
  McpCallStats stats = { 0 };

  g_test_summary ("Calls are counted by outcome and duration, up to and including each bound");
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_OK, 0);
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_OK, 5 * G_TIME_SPAN_MILLISECOND);
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_OK, 5 * G_TIME_SPAN_MILLISECOND + 1);
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_ERROR, 1800 * G_TIME_SPAN_SECOND + 1);
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_CANCELLED, -1);
  mcp_call_stats_add (&stats, MCP_PROGRESS_STATE_RUNNING, 1);

  g_assert_cmpuint (stats.n_in_bucket[MCP_CALL_OUTCOME_OK][0], ==, 2);
  g_assert_cmpuint (stats.n_in_bucket[MCP_CALL_OUTCOME_OK][1], ==, 1);
  g_assert_cmpuint (stats.n_in_bucket[MCP_CALL_OUTCOME_ERROR][MCP_CALL_STATS_N_BOUNDS], ==, 1);
  g_assert_cmpuint (stats.duration_us[MCP_CALL_OUTCOME_OK], ==, 10001);
  g_assert_cmpuint (mcp_call_stats_get_n (&stats, MCP_CALL_OUTCOME_OK), ==, 3);
  g_assert_cmpuint (mcp_call_stats_get_n (&stats, MCP_CALL_OUTCOME_ERROR), ==, 1);
  g_assert_cmpuint (mcp_call_stats_get_n (&stats, MCP_CALL_OUTCOME_CANCELLED), ==, 1);
  g_assert_cmpfloat (mcp_call_stats_get_bound_seconds (0), ==, 0.005);
  for (guint i = 1; i < MCP_CALL_STATS_N_BOUNDS; i++)
    g_assert_cmpfloat (mcp_call_stats_get_bound_seconds (i - 1), <,
                       mcp_call_stats_get_bound_seconds (i));
}

static void
test_calls (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment;
  McpFakeProvider *provider = NULL;
  const McpCallStats *stats = mcp_gateway_stats_get_calls (f->gateway);
  g_autoptr (Heard) first = NULL;
  g_autoptr (Heard) second = NULL;
  g_autoptr (Heard) third = NULL;
  McpLimits limits = f->limits;

  g_test_summary ("The gateway counts the calls that run, how they end, and those over the limit");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  limits.calls_per_session = 2;
  mcp_session_store_set_limits (f->store, &limits);
  attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mcp_gateway_stats_get_n_attachments (f->gateway, NULL), ==, 1);
  g_assert_cmpuint (
      mcp_gateway_stats_get_n_attachments (f->gateway, mcp_session_get_id (f->session)), ==, 1);

  first = heard_new (attachment, CALL ("1"));
  second = heard_new (attachment, CALL ("2"));
  AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (provider) == 2);
  g_assert_cmpuint (mcp_gateway_stats_get_n_running (f->gateway), ==, 2);
  third = heard_new (attachment, CALL ("3"));
  AWAIT (third->responded);
  g_assert_cmpuint (stats->n_over_limit, ==, 1);

  mcp_fake_provider_answer (provider, 0, "{\"content\":[]}");
  AWAIT (first->responded);
  mcp_fake_provider_answer (provider, 0, "{\"content\":[],\"isError\":true}");
  AWAIT (second->responded);
  g_assert_cmpuint (mcp_gateway_stats_get_n_running (f->gateway), ==, 0);
  g_assert_cmpuint (mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_OK), ==, 1);
  g_assert_cmpuint (mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_ERROR), ==, 1);
  g_assert_cmpuint (mcp_call_stats_get_n (stats, MCP_CALL_OUTCOME_CANCELLED), ==, 0);
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment;
  McpFakeProvider *provider = NULL;
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A call whose session ends was cancelled");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  heard = heard_new (attachment, CALL ("1"));
  AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (provider) == 1);
  fixture_close_session (f, f->session);
  AWAIT (mcp_gateway_stats_get_n_running (f->gateway) == 0);
  g_assert_cmpuint (
      mcp_call_stats_get_n (mcp_gateway_stats_get_calls (f->gateway), MCP_CALL_OUTCOME_CANCELLED),
      ==, 1);
  g_assert_cmpuint (mcp_gateway_stats_get_n_attachments (f->gateway, NULL), ==, 0);
}

static const char *const dump_keys[] = { "time",   "pid",       "versions", "limits",
                                         "totals", "providers", "calls",    "sessions" };

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_dump (Fixture *f, gconstpointer data)
{
  static const char initialize[] =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"
      "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
      "\"clientInfo\":{\"name\":\"curious\",\"version\":\"1\"}}}";
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment;
  McpFakeProvider *provider = NULL;
  g_autoptr (Heard) heard = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) json = NULL;
  g_autofree char *text = NULL;
  McpJsonSlice root, value;

  g_test_summary ("A dump tells of sessions, clients, calls and servers, and gives nothing away");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, &error);
  g_assert_no_error (error);
  g_free (fixture_ask (attachment, initialize));
  heard = heard_new (attachment, CALL_WITH_SECRET);
  AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (provider) == 1);

  mcp_gateway_dump_async (f->gateway, store_result_cb, &result);
  AWAIT (result != NULL);
  json = mcp_gateway_dump_finish (f->gateway, result, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));

  g_assert_true (
      mcp_json_scan (text, strlen (text), 16, 10000, MCP_JSON_SCAN_DEFAULT, &root, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (dump_keys); i++)
    g_assert_true (mcp_json_find (root, dump_keys[i], &value));
  g_assert_nonnull (strstr (text, "\"tool\":\"srv__work\",\"provider\":\"srv\""));
  g_assert_nonnull (strstr (text, mcp_session_get_id (f->session)));
  g_assert_nonnull (strstr (text, "\"client\":\"curious"));
  g_assert_nonnull (strstr (text, "\"revision\":\"2025-06-18\""));
  g_assert_nonnull (strstr (text, "\"name\":\"srv\""));
  g_assert_nonnull (strstr (text, "\"state\":\"running\""));
  g_assert_nonnull (strstr (text, "\"CallsPerSession\":64"));
  g_assert_nonnull (strstr (text, "\"calls_in_flight\":1"));
  g_assert_null (strstr (text, "hush"));
  g_assert_null (strstr (text, mcp_attachment_get_id (attachment)));
  mcp_fake_provider_answer (provider, 0, "{\"content\":[]}");
  AWAIT (heard->responded);
}

/* What calls wrote to the log: a line of “session call provider trace” each. */
static GLogWriterOutput
note_calls (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  static const char *const keys[] = { "MCP_SESSION", "MCP_CALL", "MCP_PROVIDER", "MCP_TRACE" };
  GString *log = user_data;
  const char *values[G_N_ELEMENTS (keys)] = { NULL };

  for (gsize i = 0; i < n_fields; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (keys); j++)
      if (strcmp (fields[i].key, keys[j]) == 0)
        values[j] = fields[i].value;
  if (values[1] != NULL)
    g_string_append_printf (log, "%s %s %s %s\n", values[0], values[1], values[2], values[3]);
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
test_log (Fixture *f, gconstpointer data)
{
  GString *log = (gpointer) data;
  McpAttachment *attachment = mcp_gateway_attach (f->gateway, f->session, NULL, FALSE, NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *begin = g_strconcat (mcp_session_get_id (f->session), " c-", NULL);
  McpFakeProvider *provider = NULL;
  g_autoptr (Heard) heard = NULL;

  g_test_summary ("A call's lines in the log name its session, itself, its server and its trace");
  fixture_add_server (f, "srv", TOOLS);
  fixture_apply (f);
  g_string_truncate (log, 0);
  heard = heard_new (attachment, TRACED_CALL);
  AWAIT ((provider = fixture_provider (f, "srv")) != NULL &&
         mcp_fake_provider_get_n_waiting (provider) == 1);
  g_assert_nonnull (strstr (mcp_fake_provider_get_params (provider, 0), TRACE_PARENT));
  mcp_fake_provider_answer (provider, 0, "{\"content\":[]}");
  AWAIT (heard->responded);

  lines = g_strsplit (log->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_cmpstr (lines[0], ==, lines[1]);
  g_assert_true (g_str_has_prefix (lines[0], begin));
  g_assert_true (g_str_has_suffix (lines[0], " srv " TRACE_ID));
}

#define add(path, function) \
  g_test_add (path, Fixture, NULL, fixture_setup, function, fixture_teardown)

static void
test_trace_id (void)
{
  static const struct
  {
    const char *params;
    const char *id;
  } cases[] = {
    { "{\"_meta\":{\"traceparent\":\"" TRACE_PARENT "\"}}", TRACE_ID },
    { "{\"_meta\":{\"traceparent\":\"cc"
      "-" TRACE_ID "-b7ad6b7169203331-01-later\"}}",
      TRACE_ID },
    { "{\"_meta\":{\"traceparent\":\"00-" TRACE_ID "\"}}", NULL },
    { "{\"_meta\":{\"traceparent\":\"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\"}}",
      NULL },
    { "{\"_meta\":{\"traceparent\":\"00-00000000000000000000000000000000-b7ad6b7169203331-01\"}}",
      NULL },
    { "{\"_meta\":{\"traceparent\":7}}", NULL },
    { "{}", NULL },
  };

  g_test_summary ("A trace is named as W3C has it, or not at all");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id =
          mcp_trace_context_dup_id ((McpJsonSlice){ cases[i].params, strlen (cases[i].params) });

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (note_calls, log, NULL);
  g_test_add_func ("/gateway/stats/outcomes", test_outcomes);
  add ("/gateway/stats/calls", test_calls);
  add ("/gateway/stats/cancelled", test_cancelled);
  add ("/gateway/stats/dump", test_dump);
  g_test_add_func ("/gateway/stats/trace-id", test_trace_id);
  g_test_add ("/gateway/stats/log", Fixture, log, fixture_setup, test_log, fixture_teardown);
  return g_test_run ();
}
