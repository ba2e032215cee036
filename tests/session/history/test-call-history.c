/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "db-test.h"
#include "session/database/mcp-sql.h"
#include "session/history/mcp-call-sql.h"

#include <string.h>

#define SESSION "11111111-2222-4333-8444-555555555555"
#define N_CALLS "SELECT count(*) FROM call"

/* One call that has ended, if @state is not running. Returns its id. */
static char *
make_call (DbTest *f, const char *tool, McpProgressState state, const char *error_text)
{
  char *call_id = mcp_call_history_next_id (f->history);
  McpCallRecord *record =
      mcp_call_history_begin (f->history, call_id, SESSION, tool, "server", "client");

  if (state == MCP_PROGRESS_STATE_RUNNING)
    mcp_call_record_unref (record);
  else
    mcp_call_history_end (f->history, record, state, error_text);
  return call_id;
}

static void
make_calls (DbTest *f, guint n_calls)
{
  for (guint i = 0; i < n_calls; i++)
    g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_OK, NULL));
}

static void
set (McpCallFilter *filter, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_call_filter_set (filter, key, value, &error));
  g_assert_no_error (error);
}

/* The ids and states in an answer, in order: "000002 ok,000001 error". */
static char *
summarize (const char *json)
{
  GString *summary = g_string_new (NULL);

  for (const char *id = strstr (json, "\"call_id\""); id != NULL;)
    {
      const char *next = strstr (id + 1, "\"call_id\"");
      const char *state = strstr (id, "\"state\":\"") + strlen ("\"state\":\"");

      g_string_append_printf (summary, "%s%.6s %.*s", summary->len > 0 ? "," : "",
                              id + strlen ("\"call_id\":\"c-"), (int) strcspn (state, "\""), state);
      id = next;
    }
  return g_string_free (summary, FALSE);
}

static void
assert_query (DbTest *f, const char *key, const char *value, const char *expected)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *json = NULL;
  g_autofree char *summary = NULL;

  if (key != NULL)
    set (filter, key, value);
  json = db_test_query (f, SESSION, filter);
  summary = summarize (json);
  g_assert_cmpstr (summary, ==, expected);
}

static void
test_shape (DbTest *f, gconstpointer data)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *id = NULL;
  g_autofree char *json = NULL;
  g_autofree char *none = NULL;
  g_auto (GStrv) parts = NULL;

  g_test_summary ("A call is told with all that is known of it");
  db_test_open (f);
  id = make_call (f, "a__b", MCP_PROGRESS_STATE_ERROR, "it \"broke\"");
  g_assert_cmpstr (id, ==, "c-000001");
  json = db_test_query (f, SESSION, filter);
  g_assert_true (g_regex_match_simple (
      "^\\{\"calls\":\\[\\{\"call_id\":\"c-000001\",\"tool\":\"a__b\",\"provider\":\"server\","
      "\"client\":\"client\",\"started_at\":\"20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z\","
      "\"duration_ms\":\\d+,\"state\":\"error\",\"error\":\"it \\\\\"broke\\\\\"\"\\}\\]\\}$",
      json, 0, 0));
  none = db_test_query (f, "another", filter);
  g_assert_cmpstr (none, ==, "{\"calls\":[]}");
}

static void
test_gathered (DbTest *f, gconstpointer data)
{
  guint n_commits;

  g_test_summary ("Calls are written soon without being asked for, many in one transaction");
  db_test_open (f);
  db_test_settle (f);
  n_commits = mcp_session_db_get_n_commits (f->db);
  make_calls (f, 50);
  AWAIT (db_test_count (f, N_CALLS) == 50);
  g_assert_cmpuint (mcp_session_db_get_n_commits (f->db) - n_commits, ==, 1);
  g_assert_cmpint (db_test_count (f, N_CALLS " WHERE state = 'ok'"), ==, 50);
}

static void
test_running (DbTest *f, gconstpointer data)
{
  g_autofree char *call_id = NULL;
  McpCallRecord *record;

  g_test_summary ("A call that takes longer is written when it begins, and again when it ends");
  db_test_open (f);
  call_id = mcp_call_history_next_id (f->history);
  record = mcp_call_history_begin (f->history, call_id, SESSION, "a__b", "server", "client");
  AWAIT (db_test_count (f, N_CALLS " WHERE state = 'running'") == 1);
  mcp_call_history_end (f->history, record, MCP_PROGRESS_STATE_OK, NULL);
  AWAIT (db_test_count (f, N_CALLS " WHERE state = 'ok'") == 1);
  g_assert_cmpint (db_test_count (f, N_CALLS), ==, 1);
}

static void
test_filters (DbTest *f, gconstpointer data)
{
  g_test_summary ("Newest first; by tool, by state, and before a call");
  db_test_open (f);
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_OK, NULL));
  g_free (make_call (f, "a__c", MCP_PROGRESS_STATE_ERROR, "no"));
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_CANCELLED, NULL));
  g_free (make_call (f, "a__c", MCP_PROGRESS_STATE_RUNNING, NULL));
  assert_query (f, NULL, NULL, "000004 running,000003 cancelled,000002 error,000001 ok");
  assert_query (f, "tool", "a__b", "000003 cancelled,000001 ok");
  assert_query (f, "tool", "a__%", "");
  assert_query (f, "state", "running", "000004 running");
  assert_query (f, "state", "error", "000002 error");
  assert_query (f, "before", "c-000003", "000002 error,000001 ok");
  assert_query (f, "before", "c-000001", "");
  assert_query (f, "limit", "2", "000004 running,000003 cancelled");
}

static void
test_tool_and_state (DbTest *f, gconstpointer data)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *json = NULL;
  g_autofree char *summary = NULL;

  g_test_summary ("By tool and state together, with a limit");
  db_test_open (f);
  for (guint i = 0; i < 4; i++)
    {
      g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_OK, NULL));
      g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_ERROR, "no"));
      g_free (make_call (f, "a__c", MCP_PROGRESS_STATE_ERROR, "no"));
    }
  set (filter, "tool", "a__b");
  set (filter, "state", "error");
  set (filter, "limit", "2");
  json = db_test_query (f, SESSION, filter);
  summary = summarize (json);
  g_assert_cmpstr (summary, ==, "000011 error,000008 error");
  g_assert_nonnull (strstr (json, "],\"next\":\"c-000008\""));
}

static void
test_all_sessions (DbTest *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/", .idle_seconds = -1, .label = "gone" };
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *call_id = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *json = NULL;
  McpSession *session;

  g_test_summary ("The owner sees the calls of all sessions, of ended ones as well");
  db_test_open (f);
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_OK, NULL));
  session = session_test_create_with (f->store, params);
  call_id = mcp_call_history_next_id (f->history);
  mcp_call_record_unref (mcp_call_history_begin (f->history, call_id, mcp_session_get_id (session),
                                                 "a__c", "server", NULL));
  expected = g_strdup_printf ("{\"calls\":[{\"call_id\":\"c-000002\",\"session_id\":\"%s\","
                              "\"label\":\"gone\",\"tool\":\"a__c\"",
                              mcp_session_get_id (session));
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);

  json = db_test_query (f, NULL, filter);
  g_assert_true (g_str_has_prefix (json, expected));
  g_assert_nonnull (
      strstr (json, "\"call_id\":\"c-000001\",\"session_id\":\"" SESSION "\",\"tool"));
}

static void
test_labels_are_trimmed (DbTest *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/", .idle_seconds = -1, .label = "gone" };
  McpSession *session;

  g_test_summary ("The label of an ended session stays only while there are calls of it");
  db_test_open (f);
  session = session_test_create_with (f->store, params);
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  session = session_test_create_with (f->store, params);
  g_free (mcp_call_history_next_id (f->history));
  mcp_call_record_unref (mcp_call_history_begin (
      f->history, "c-000001", mcp_session_get_id (session), "t", "server", NULL));
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  db_test_settle (f);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM past_session"), ==, 1);

  mcp_call_history_set_limits (f->history, 30, 0);
  db_test_settle (f);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM past_session"), ==, 0);
}

static void
test_every_query_has_an_index (DbTest *f, gconstpointer data)
{
  static const char *const tools[] = { NULL, "t" };
  static const McpProgressState states[] = { MCP_PROGRESS_STATE_UNKNOWN, MCP_PROGRESS_STATE_OK };

  g_test_summary ("No question about a session reads more rows than it answers");
  db_test_open (f);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
      McpCallQuery query = { .session_id = (char *) SESSION, .filter = filter };
      g_autoptr (GError) error = NULL;
      g_autoptr (McpSql) sql = mcp_sql_open (f->path, SQLITE_OPEN_READWRITE, &error);
      g_autofree char *explain = NULL;
      sqlite3_stmt *statement;

      filter->tool = g_strdup (tools[i % 2]);
      filter->state = states[i / 2];
      explain = g_strconcat ("EXPLAIN QUERY PLAN ", mcp_call_sql_get_query_text (&query), NULL);
      statement = mcp_sql_prepare (sql, explain, &error);
      g_assert_no_error (error);
      while (mcp_sql_step (sql, statement, &error) > 0)
        {
          const char *step = mcp_sql_get_text (statement, 3);

          g_test_message ("%s", step);
          if (strstr (step, "SEARCH") != NULL || strstr (step, "SCAN call") != NULL)
            g_assert_nonnull (strstr (step, "USING INDEX call_of_"));
          if (tools[i % 2] == NULL || states[i / 2] != MCP_PROGRESS_STATE_UNKNOWN)
            g_assert_null (strstr (step, "TEMP B-TREE"));
        }
    }
}

typedef struct
{
  GString *order;
  const char *name;
} Asker;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Asker *asker = user_data;
  g_autoptr (GBytes) json = mcp_call_history_query_finish (MCP_CALL_HISTORY (source), result, NULL);

  g_assert_nonnull (json);
  g_string_append (asker->order, asker->name);
}

static void
test_turns (DbTest *f, gconstpointer data)
{
  g_autoptr (GString) order = g_string_new (NULL);
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  Asker many = { order, "m" };
  Asker one = { order, "1" };
  DbTestGate *gate;

  g_test_summary ("A session that asks often holds up another by one question at most");
  db_test_open (f);
  gate = db_test_close_gate (f);
  for (guint i = 0; i < 5; i++)
    mcp_call_history_query_async (f->history, SESSION, filter, answered_cb, &many);
  mcp_call_history_query_async (f->history, "another", filter, answered_cb, &one);
  db_test_open_gate (gate);
  AWAIT (order->len == 6);
  g_assert_cmpstr (order->str, ==, "m1mmmm");
}

static void
test_pages (DbTest *f, gconstpointer data)
{
  g_autofree char *before = NULL;
  guint n_pages = 0;
  guint n_seen = 0;

  g_test_summary ("Pages follow each other without a gap, and the last one says so");
  db_test_open (f);
  make_calls (f, 25);
  do
    {
      g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
      g_autofree char *json = NULL;
      g_autofree char *summary = NULL;
      g_auto (GStrv) calls = NULL;
      const char *next;

      set (filter, "limit", "10");
      if (before != NULL)
        set (filter, "before", before);
      json = db_test_query (f, SESSION, filter);
      summary = summarize (json);
      calls = g_strsplit (summary, ",", -1);
      for (guint i = 0; calls[i] != NULL; i++)
        g_assert_cmpuint (g_ascii_strtoull (calls[i], NULL, 10), ==, 25 - n_seen++);
      next = strstr (json, "],\"next\":\"");
      g_clear_pointer (&before, g_free);
      if (next != NULL)
        before = g_strndup (next + strlen ("],\"next\":\""), strlen ("c-000001"));
      n_pages++;
    }
  while (before != NULL);
  g_assert_cmpuint (n_pages, ==, 3);
  g_assert_cmpuint (n_seen, ==, 25);
}

static void
test_bad_filters (void)
{
  static const char *const bad[][2] = {
    { "limit", "0" },     { "limit", "1001" },
    { "limit", "-1" },    { "limit", "" },
    { "limit", "1.5" },   { "limit", " 1" },
    { "before", "" },     { "before", "12" },
    { "before", "c-12" }, { "before", "c-0000012" },
    { "before", "c--1" }, { "before", "c-000000" },
    { "tool", "" },       { "state", "" },
    { "state", "OK" },    { "state", "unknown" },
    { "Limit", "1" },     { "", "" },
    { "offset", "1" },
  };

  g_test_summary ("What makes no sense as a filter is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (mcp_call_filter_set (filter, bad[i][0], bad[i][1], &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
    }
}

static void
test_numbers (DbTest *f, gconstpointer data)
{
  gint64 highest = 0;

  g_test_summary ("No number comes twice, however often the daemon is killed");
  for (guint round = 0; round < 4; round++)
    {
      db_test_open (f);
      for (guint i = 0; i < 4500; i++)
        {
          g_autofree char *id = mcp_call_history_next_id (f->history);
          gint64 number;

          g_assert_true (mcp_call_record_parse_id (id, &number));
          g_assert_cmpint (number, >, highest);
          highest = number;
        }
      db_test_kill (f);
    }
}

static void
test_numbers_clean (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_test_summary ("After a clean end they go on without a gap");
  db_test_open (f);
  make_calls (f, 3);
  db_test_stop (f);
  db_test_open (f);
  id = mcp_call_history_next_id (f->history);
  g_assert_cmpstr (id, ==, "c-000004");
}

static void
test_numbers_after_loss (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  gint64 number;

  g_test_summary ("Where the past was lost, numbers begin where none can have been");
  g_assert_true (g_file_set_contents (f->path, "no database, as far as it goes", -1, NULL));
  db_test_open (f);
  id = mcp_call_history_next_id (f->history);
  g_assert_true (mcp_call_record_parse_id (id, &number));
  g_assert_cmpint (number, >, G_GINT64_CONSTANT (1000000) * 1000000000);
  g_assert_cmpint (number, <=, g_get_real_time () + 1);
}

static void
test_killed (DbTest *f, gconstpointer data)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *json = NULL;

  g_test_summary ("Calls that ran when the daemon was killed have failed");
  db_test_open (f);
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_RUNNING, NULL));
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_OK, NULL));
  db_test_kill (f);
  db_test_open (f);
  assert_query (f, NULL, NULL, "000002 ok,000001 error");
  set (filter, "state", "error");
  json = db_test_query (f, SESSION, filter);
  g_assert_nonnull (strstr (json, "\"error\":\"the daemon ended\""));
  g_assert_null (strstr (json, "duration_ms"));
}

static void
test_trim_count (DbTest *f, gconstpointer data)
{
  g_test_summary ("Of too many calls the newest stay");
  db_test_open (f);
  make_calls (f, 30);
  mcp_call_history_set_limits (f->history, 30, 4);
  assert_query (f, NULL, NULL, "000030 ok,000029 ok,000028 ok,000027 ok");
  /* by itself, too */
  make_calls (f, 1500);
  db_test_settle (f);
  g_assert_cmpint (db_test_count (f, N_CALLS), <=, 4 + 1000);
}

static void
test_trim_age (DbTest *f, gconstpointer data)
{
  g_test_summary ("Old calls are forgotten");
  db_test_open (f);
  make_calls (f, 3);
  db_test_kill (f);
  db_test_count (f, "UPDATE call SET started_at = started_at - 31 * 86400000000 WHERE number < 3 "
                    "RETURNING 1");
  db_test_open (f);
  assert_query (f, NULL, NULL, "000003 ok,000002 ok,000001 ok");
  mcp_call_history_trim (f->history);
  assert_query (f, NULL, NULL, "000003 ok");
}

static void
test_none (DbTest *f, gconstpointer data)
{
  g_test_summary ("Where no history is wanted, none is written, and the old one goes");
  db_test_open (f);
  make_calls (f, 3);
  mcp_call_history_set_limits (f->history, 30, 0);
  make_calls (f, 3);
  db_test_settle (f);
  g_assert_cmpint (db_test_count (f, N_CALLS), ==, 0);
}

static void
test_long_error (DbTest *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *query = NULL;

  g_test_summary ("What a server says has no bound, what is kept of it has; and it is UTF-8");
  memcpy (text + 1000, "\xff\xfe", 2);
  text[4999] = '\0';
  db_test_open (f);
  g_free (make_call (f, "a__b", MCP_PROGRESS_STATE_ERROR, text));
  db_test_settle (f);
  g_assert_cmpint (db_test_count (f, "SELECT length(CAST(error AS BLOB)) FROM call"), <=, 1024);
  g_assert_cmpint (db_test_count (f, "SELECT length(CAST(error AS BLOB)) FROM call"), >, 1000);
  assert_query (f, NULL, NULL, "000001 error");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  db_test_add ("/session/call-history/shape", test_shape);
  db_test_add ("/session/call-history/gathered", test_gathered);
  db_test_add ("/session/call-history/running", test_running);
  db_test_add ("/session/call-history/filters", test_filters);
  db_test_add ("/session/call-history/tool-and-state", test_tool_and_state);
  db_test_add ("/session/call-history/all-sessions", test_all_sessions);
  db_test_add ("/session/call-history/labels-are-trimmed", test_labels_are_trimmed);
  db_test_add ("/session/call-history/every-query-has-an-index", test_every_query_has_an_index);
  db_test_add ("/session/call-history/turns", test_turns);
  db_test_add ("/session/call-history/pages", test_pages);
  g_test_add_func ("/session/call-history/bad-filters", test_bad_filters);
  db_test_add ("/session/call-history/numbers", test_numbers);
  db_test_add ("/session/call-history/numbers-clean", test_numbers_clean);
  db_test_add ("/session/call-history/numbers-after-loss", test_numbers_after_loss);
  db_test_add ("/session/call-history/killed", test_killed);
  db_test_add ("/session/call-history/trim-count", test_trim_count);
  db_test_add ("/session/call-history/trim-age", test_trim_age);
  db_test_add ("/session/call-history/none", test_none);
  db_test_add ("/session/call-history/long-error", test_long_error);
  return g_test_run ();
}
