/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "db-test.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-session-json.h"

#include <string.h>

static McpSession *
find (DbTest *f, const char *id)
{
  McpSession *session = mcp_session_store_lookup (f->store, id);

  g_assert_nonnull (session);
  return session;
}

static void
publish (McpSession *session, guint n_events)
{
  for (guint i = 0; i < n_events; i++)
    session_test_publish (session, i);
}

static void
test_all_fields (DbTest *f, gconstpointer data)
{
  static const char *const globs[] = { "files__*", "a\"b\\", "ü?", NULL };
  const McpSessionParams params = {
    .cwd = "/", .label = "Ein „Label“", .allowed_tools = globs, .idle_seconds = 77
  };
  g_autofree char *token = NULL;
  g_autofree char *json = NULL;
  g_autofree char *json_after = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;

  g_test_summary ("A session comes back with everything that it was, and its token");
  db_test_open (f);
  session = mcp_session_store_create (f->store, &params, &token, &error);
  g_assert_no_error (error);
  id = g_strdup (mcp_session_get_id (session));
  json = mcp_session_json_build (session);
  db_test_kill (f);

  db_test_open (f);
  session = mcp_session_store_authenticate (f->store, id, token, &error);
  g_assert_no_error (error);
  g_assert_true (mcp_session_store_find_by_token (f->store, token) == session);
  json_after = mcp_session_json_build (session);
  g_assert_cmpstr (json_after, ==, json);
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 77);
  g_assert_false (mcp_session_is_client_made (session));
  g_assert_true (mcp_session_allows_tool (session, "files__read"));
  g_assert_false (mcp_session_allows_tool (session, "other"));
}

static void
test_no_secret (DbTest *f, gconstpointer data)
{
  g_autofree char *token = NULL;
  g_autofree char *query = NULL;

  g_test_summary ("The token itself is not in the database");
  db_test_open (f);
  session_test_create (f->store, &token);
  db_test_settle (f);
  query = g_strdup_printf ("SELECT count(*) FROM session WHERE instr(token_hash, '%s') "
                           "OR instr(id || cwd || ifnull(label, ''), '%s')",
                           token, token);
  g_assert_cmpint (db_test_count (f, query), ==, 0);
  g_assert_cmpint (db_test_count (f, "SELECT length(token_hash) FROM session"), ==, 32);
}

static void
test_client_made (DbTest *f, gconstpointer data)
{
  static const char *const nothing[] = { NULL };
  g_autofree char *id = NULL;
  McpSession *session;

  g_test_summary ("A session that nobody holds a token of comes back too; an empty list stays one");
  db_test_open (f);
  session = session_test_create_with (
      f->store, (McpSessionParams){ .cwd = "/", .allowed_tools = nothing, .without_token = TRUE });
  id = g_strdup (mcp_session_get_id (session));
  db_test_kill (f);

  db_test_open (f);
  session = find (f, id);
  g_assert_false (mcp_session_has_token (session));
  g_assert_true (mcp_session_is_client_made (session));
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 0);
  g_assert_null (mcp_session_get_label (session));
  g_assert_nonnull (mcp_session_get_allowed_tools (session));
  g_assert_null (mcp_session_get_allowed_tools (session)[0]);
}

static void
test_rotated (DbTest *f, gconstpointer data)
{
  g_autofree char *old_token = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;

  g_test_summary ("A token that was replaced stays void, the new one counts");
  db_test_open (f);
  session = session_test_create (f->store, &old_token);
  token = mcp_session_store_rotate_token (f->store, session, &error);
  g_assert_no_error (error);
  db_test_kill (f);

  db_test_open (f);
  g_assert_null (mcp_session_store_find_by_token (f->store, old_token));
  g_assert_nonnull (mcp_session_store_find_by_token (f->store, token));
}

static void
test_changed (DbTest *f, gconstpointer data)
{
  static const char *const globs[] = { "files__*", NULL };
  const McpSessionChange change = {
    .sets_label = TRUE, .label = "new", .sets_allowed_tools = TRUE, .allowed_tools = globs
  };
  const McpSessionChange cleared = { .sets_label = TRUE, .sets_allowed_tools = TRUE };
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;

  g_test_summary ("A label and allowed tools that were changed, or taken away, stay so");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  id = g_strdup (mcp_session_get_id (session));
  mcp_session_store_change_session (f->store, session, &change, &error);
  g_assert_no_error (error);
  db_test_kill (f);

  db_test_open (f);
  session = find (f, id);
  g_assert_cmpstr (mcp_session_get_label (session), ==, "new");
  g_assert_false (mcp_session_allows_tool (session, "other"));
  mcp_session_store_change_session (f->store, session, &cleared, &error);
  g_assert_no_error (error);
  db_test_kill (f);

  db_test_open (f);
  session = find (f, id);
  g_assert_null (mcp_session_get_label (session));
  g_assert_null (mcp_session_get_allowed_tools (session));
}

static void
test_ended (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  McpSession *session;

  g_test_summary ("Sessions that were closed or expired do not come back");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  g_assert_true (mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL));
  session_test_create_with (f->store, (McpSessionParams){ .cwd = "/", .idle_seconds = 1 });
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time () + 5 * G_USEC_PER_SEC),
                    ==, 1);
  id = g_strdup (mcp_session_get_id (session_test_create (f->store, NULL)));
  db_test_kill (f);

  db_test_open (f);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
  find (f, id);
}

static void
test_shutdown (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  McpSession *session;
  McpEventQueue *queue;

  g_test_summary ("The daemon's clean end leaves sessions there, and no gap in the numbers");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  id = g_strdup (mcp_session_get_id (session));
  publish (session, 7);
  db_test_stop (f);

  db_test_open (f);
  session = find (f, id);
  g_assert_cmpuint (mcp_session_get_last_sequence (session), ==, 7);
  queue = session_test_subscribe (session, 7);
  session_test_assert_empty (queue);
  publish (session, 1);
  session_test_assert_pop (queue, 8, 0);
  mcp_session_unsubscribe (session, queue);
  mcp_event_queue_unref (queue);

  /* what the earlier daemon kept is gone, and told as missed */
  queue = session_test_subscribe (session, 3);
  session_test_assert_pop (queue, 8, 4);
  mcp_session_unsubscribe (session, queue);
  mcp_event_queue_unref (queue);
}

static void
test_sequence (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  guint64 highest = 0;
  McpSession *session;

  g_test_summary ("Numbers of events never go back, however often the daemon is killed");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  id = g_strdup (mcp_session_get_id (session));
  for (guint round = 0; round < 4; round++)
    {
      g_assert_cmpuint (mcp_session_get_last_sequence (session), >=, highest);
      /* none; a few; beyond one reservation, and beyond the block */
      for (guint i = 0; i < round * 4; i++)
        {
          publish (session, 900);
          db_test_settle (f);
        }
      highest = mcp_session_get_last_sequence (session);
      db_test_kill (f);
      db_test_open (f);
      session = find (f, id);
    }
  g_assert_cmpuint (highest, >=, 24 * 900);
  g_assert_cmpuint (mcp_session_get_last_sequence (session), >=, highest);
  g_assert_cmpuint (mcp_session_get_last_sequence (session), <, highest + 40000);
}

static void
test_room (DbTest *f, gconstpointer data)
{
  DbTestGate *gate;
  McpSession *session;

  g_test_summary ("Who publishes many events waits rather than run ahead of the disk");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  db_test_settle (f);
  gate = db_test_close_gate (f);
  publish (session, 9990);
  g_assert_true (mcp_session_has_room (session, 10));
  g_assert_false (mcp_session_has_room (session, 32));
  /* who does not ask is not refused */
  publish (session, 20);
  g_assert_false (mcp_session_has_room (session, 1));
  db_test_open_gate (gate);
  publish (session, 1);
  AWAIT (mcp_session_has_room (session, 64) || (publish (session, 1), FALSE));
}

static void
test_use_is_noted (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  McpSession *session;
  gint64 last_active_at;
  guint n_commits;

  g_test_summary ("When a session was last used is written, and only if it was");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  id = g_strdup (mcp_session_get_id (session));
  mcp_session_restore_past (session, mcp_session_get_created_at (session), 2, 0);
  mcp_session_touch (session);
  last_active_at = mcp_session_get_last_active_at (session);
  mcp_session_persist_note_use (f->persist);
  db_test_settle (f);
  n_commits = mcp_session_db_get_n_commits (f->db);
  mcp_session_persist_note_use (f->persist);
  g_assert_cmpuint (mcp_session_db_get_n_commits (f->db), ==, n_commits);
  db_test_kill (f);

  db_test_open (f);
  g_assert_cmpint (mcp_session_get_last_active_at (find (f, id)), ==, last_active_at);
}

static void
test_downtime_counts (DbTest *f, gconstpointer data)
{
  g_test_summary ("A session that was idle for too long while no daemon ran expires");
  db_test_open (f);
  session_test_create_with (f->store, (McpSessionParams){ .cwd = "/", .idle_seconds = 60 });
  db_test_kill (f);
  g_assert_cmpint (
      db_test_count (f,
                     "UPDATE session SET last_active_at = last_active_at - 61000000 RETURNING 5"),
      ==, 5);

  db_test_open (f);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time ()), ==, 1);
}

static void
test_no_limit (DbTest *f, gconstpointer data)
{
  McpLimits limits;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A lower limit does not end sessions that there were");
  db_test_open (f);
  for (guint i = 0; i < 3; i++)
    session_test_create (f->store, NULL);
  db_test_kill (f);

  mcp_limits_init_defaults (&limits);
  limits.sessions = 1;
  f->store = mcp_session_store_new (&limits);
  f->db = mcp_session_db_open (f->path, NULL);
  f->history = mcp_call_history_new (f->db, &error);
  f->persist = mcp_session_persist_new (f->store, f->db, f->history, &error);
  g_assert_no_error (error);
  mcp_session_db_start (f->db);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

static void
test_nonsense_rows (DbTest *f, gconstpointer data)
{
  g_test_summary ("Rows that make no sense are left out, the others come back");
  db_test_open (f);
  for (guint i = 0; i < 5; i++)
    session_test_create (f->store, NULL);
  db_test_kill (f);
  db_test_count (f, "UPDATE session SET token_hash = x'00' WHERE id = (SELECT min(id) FROM session)"
                    " RETURNING 1");
  db_test_count (f, "UPDATE session SET allowed_tools = '[1]' "
                    "WHERE id = (SELECT max(id) FROM session) RETURNING 1");

  db_test_open (f);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

/* One column of an otherwise good session at a time. */
static const char *const spoilt_rows[] = {
  "id = ''",
  "id = id || char(10)",
  "id = 'no-uuid'",
  "id = replace(id, '-', '/')",
  "cwd = ''",
  "cwd = 'relative'",
  "cwd = '/' || x'ff'",
  "cwd = '/' || hex(zeroblob(5000))",
  "label = hex(zeroblob(300))",
  "allowed_tools = '[\"\"]'",
  "idle_seconds = -1",
  "idle_seconds = 4294967295",
  "sequence_mark = -1",
  "sequence_mark = 9223372036854775807",
  "sequence_mark = 9223372036854775807 - 10000",
  "created_at = -9223372036854775807 - 1",
  "created_at = 9223372036854775807",
  "last_active_at = -9223372036854775807 - 1",
  "last_active_at = 9223372036854775807",
  "ambient_client = hex(zeroblob(5000))",
};

static void
test_spoilt_rows (DbTest *f, gconstpointer data)
{
  g_test_summary ("A row that no daemon wrote is left out and harms nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (spoilt_rows); i++)
    {
      g_autofree char *query = NULL;
      McpSession *good;

      g_test_message ("%s", spoilt_rows[i]);
      db_test_open (f);
      session_test_create (f->store, NULL);
      db_test_kill (f);
      query = g_strdup_printf ("UPDATE session SET %s RETURNING 1", spoilt_rows[i]);
      db_test_count (f, query);

      db_test_open (f);
      g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
      good = session_test_create (f->store, NULL);
      session_test_publish (good, 1);
      db_test_settle (f);
      g_assert_cmpstr (f->trouble->str, ==, "");
      db_test_kill (f);
      db_test_count (f, "DELETE FROM session RETURNING 1");
    }
}

static void
test_spoilt_call_numbers (DbTest *f, gconstpointer data)
{
  g_autofree char *call_id = NULL;

  g_test_summary ("Call numbers that no daemon gave out do not use up those that it can give");
  db_test_open (f);
  db_test_kill (f);
  db_test_count (f, "UPDATE mark SET value = 9223372036854775807 WHERE name = 'call' RETURNING 1");
  db_test_count (f, "INSERT INTO call (number, session_id, tool, provider, started_at, state) "
                    "VALUES (9223372036854775806, 's', 't', 'p', 0, 'ok') RETURNING 1");

  db_test_open (f);
  call_id = mcp_call_history_next_id (f->history);
  db_test_settle (f);
  g_assert_cmpstr (call_id, ==, "c-000001");
  g_assert_cmpstr (f->trouble->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  db_test_add ("/session/persist/all-fields", test_all_fields);
  db_test_add ("/session/persist/no-secret", test_no_secret);
  db_test_add ("/session/persist/client-made", test_client_made);
  db_test_add ("/session/persist/rotated", test_rotated);
  db_test_add ("/session/persist/changed", test_changed);
  db_test_add ("/session/persist/ended", test_ended);
  db_test_add ("/session/persist/shutdown", test_shutdown);
  db_test_add ("/session/persist/sequence", test_sequence);
  db_test_add ("/session/persist/room", test_room);
  db_test_add ("/session/persist/use-is-noted", test_use_is_noted);
  db_test_add ("/session/persist/downtime-counts", test_downtime_counts);
  db_test_add ("/session/persist/no-limit", test_no_limit);
  db_test_add ("/session/persist/nonsense-rows", test_nonsense_rows);
  db_test_add ("/session/persist/spoilt-rows", test_spoilt_rows);
  db_test_add ("/session/persist/spoilt-call-numbers", test_spoilt_call_numbers);
  return g_test_run ();
}
