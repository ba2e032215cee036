/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "db-test.h"
#include "session/store/mcp-grant-keep.h"

/* As db_test_open(), with what is allowed as well. */
static McpGrantKeep *
open_keep (DbTest *f)
{
  g_autoptr (GError) error = NULL;
  McpGrantKeep *keep;

  f->store = session_test_new_store ();
  f->db = mcp_session_db_open (f->path, NULL);
  f->history = mcp_call_history_new (f->db, &error);
  g_assert_no_error (error);
  f->persist = mcp_session_persist_new (f->store, f->db, f->history, &error);
  g_assert_no_error (error);
  keep = mcp_grant_keep_new (f->store, f->db, &error);
  g_assert_no_error (error);
  mcp_session_db_start (f->db);
  return keep;
}

static void
close_keep (DbTest *f, McpGrantKeep *keep)
{
  db_test_settle (f);
  g_assert_finalize_object (keep);
  db_test_kill (f);
}

static void
test_goes_on (DbTest *f, gconstpointer data)
{
  McpGrantKeep *keep = open_keep (f);
  g_autofree char *session_id = NULL;
  McpSession *session = session_test_create (f->store, NULL);

  g_test_summary ("What is allowed to a session is allowed after a restart, and nothing else");
  session_id = g_strdup (mcp_session_get_id (session));
  mcp_grant_keep_add (keep, session_id, "a\nb");
  mcp_grant_keep_add (keep, session_id, "a\nb");
  mcp_grant_keep_add (keep, session_id, "c");
  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM consent_grant"), ==, 2);

  keep = open_keep (f);
  g_assert_true (mcp_grant_keep_has (keep, session_id, "a\nb"));
  g_assert_true (mcp_grant_keep_has (keep, session_id, "c"));
  g_assert_false (mcp_grant_keep_has (keep, session_id, "a"));
  g_assert_false (mcp_grant_keep_has (keep, "another", "c"));
  close_keep (f, keep);
}

static void
test_ends_with_the_session (DbTest *f, gconstpointer data)
{
  McpGrantKeep *keep = open_keep (f);
  McpSession *session = session_test_create (f->store, NULL);
  const char *other = mcp_session_get_id (session_test_create (f->store, NULL));
  g_autofree char *session_id = g_strdup (mcp_session_get_id (session));

  g_test_summary ("What is allowed ends with its session, in the database as well");
  mcp_grant_keep_add (keep, session_id, "a");
  mcp_grant_keep_add (keep, other, "a");
  mcp_session_store_close (f->store, session_id, MCP_REASON_CLOSED, NULL);
  g_assert_false (mcp_grant_keep_has (keep, session_id, "a"));
  g_assert_true (mcp_grant_keep_has (keep, other, "a"));
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM consent_grant"), ==, 1);
}

static void
test_of_nobody (DbTest *f, gconstpointer data)
{
  McpGrantKeep *keep = open_keep (f);

  g_test_summary ("A row of a session that there is not allows nothing");
  mcp_grant_keep_add (keep, "nobody", "a");
  close_keep (f, keep);
  g_assert_cmpint (db_test_count (f, "SELECT count(*) FROM consent_grant"), ==, 1);
  keep = open_keep (f);
  g_assert_false (mcp_grant_keep_has (keep, "nobody", "a"));
  close_keep (f, keep);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  db_test_add ("/session/grant-keep/goes-on", test_goes_on);
  db_test_add ("/session/grant-keep/ends-with-the-session", test_ends_with_the_session);
  db_test_add ("/session/grant-keep/of-nobody", test_of_nobody);
  return g_test_run ();
}
