/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libmcpsession with the built daemon: sessions, progress, calls.
 */
#include "e2e.h"
#include "mcp-test-await.h"
#include "mcpsession.h"

#include <string.h>

typedef struct
{
  E2e *e2e;
  McpDaemon *daemon;
  GAsyncResult *result;
  GPtrArray *events; /* (element-type McpProgress) */
} Fixture;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->result);
  fixture->result = g_object_ref (result);
}

static GAsyncResult *
await (Fixture *fixture)
{
  AWAIT (fixture->result != NULL);
  return g_steal_pointer (&fixture->result);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture->e2e = e2e_new (E2E_WITH_BUS);
  fixture->events = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_progress_unref);
  e2e_use_test_server (fixture->e2e);
  e2e_start (fixture->e2e);
  mcp_daemon_new_async (fixture->e2e->connection, NULL, done_cb, fixture);
  result = await (fixture);
  fixture->daemon = mcp_daemon_new_finish (result, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->daemon);
  g_ptr_array_unref (fixture->events);
  e2e_free (fixture->e2e);
}

static McpDaemonSession *
create (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  McpDaemonSession *session;

  mcp_daemon_create_session_async (fixture->daemon, "/", "of the library", NULL, NULL, done_cb,
                                   fixture);
  result = await (fixture);
  session = mcp_daemon_create_session_finish (fixture->daemon, result, &token, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (token), ==, 32);
  return session;
}

static void
event_cb (McpProgress *progress, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->events, mcp_progress_ref (progress));
}

static void
session_event_cb (McpDaemonSession *session, McpProgress *progress, Fixture *fixture)
{
  event_cb (progress, fixture);
}

static char *
call (Fixture *fixture,
      McpDaemonSession *session,
      const char *tool,
      const char *arguments,
      GCancellable *cancellable,
      GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mcp_daemon_session_call_tool_async (session, tool, arguments, 0, cancellable, event_cb, fixture,
                                      NULL, done_cb, fixture);
  result = await (fixture);
  return mcp_daemon_session_call_tool_finish (session, result, error);
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  GListModel *model = G_LIST_MODEL (fixture->daemon);
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (McpDaemonSession) session = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *label = NULL;
  g_autofree char *cwd = NULL;

  g_test_summary ("The sessions of the daemon are a list that follows them");
  g_assert_true (mcp_daemon_is_running (fixture->daemon));
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  session = create (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 1);
  label = mcp_daemon_session_dup_label (session);
  g_assert_cmpstr (label, ==, "of the library");
  cwd = mcp_daemon_session_dup_cwd (session);
  g_assert_cmpstr (cwd, ==, "/");
  g_assert_true (mcp_daemon_find_session (fixture->daemon, mcp_daemon_session_get_id (session)) ==
                 session);
  other = e2e_create_session (fixture->e2e, "{}");
  AWAIT (g_list_model_get_n_items (model) == 2);
  mcp_daemon_session_close_async (session, NULL, done_cb, fixture);
  result = await (fixture);
  g_assert_true (mcp_daemon_session_close_finish (session, result, NULL));
  AWAIT (g_list_model_get_n_items (model) == 1);
  g_assert_true (mcp_daemon_session_is_closed (session));
}

static void
test_call (Fixture *fixture, gconstpointer data)
{
  g_autoptr (McpDaemonSession) session = create (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  McpProgress *last;

  g_test_summary ("A call gives its events, all before the result");
  json = call (fixture, session, "test__count", "{\"steps\": 3}", NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (json, "\"content\""));
  g_assert_cmpuint (fixture->events->len, ==, 5);
  last = fixture->events->pdata[4];
  g_assert_true (mcp_progress_is_end (last));
  g_assert_cmpstr (mcp_progress_get_state (last), ==, "ok");
  g_assert_cmpstr (mcp_progress_get_tool (last), ==, "test__count");
  g_assert_cmpfloat (mcp_progress_get_fraction (last), ==, 1);
}

static void
test_wrong_tool (Fixture *fixture, gconstpointer data)
{
  g_autoptr (McpDaemonSession) session = create (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("An unknown tool is an error in words that a person can read");
  json = call (fixture, session, "test__nothing", NULL, NULL, &error);
  g_assert_null (json);
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, "GDBus.Error"));
}

static void
cancel_at_first_cb (McpDaemonSession *session, McpProgress *progress, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (McpDaemonSession) session = create (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("A call that is cancelled is cancelled in the daemon, too");
  g_signal_connect (session, "progress", G_CALLBACK (cancel_at_first_cb), cancellable);
  json = call (fixture, session, "test__hang", NULL, cancellable, &error);
  g_assert_null (json);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_signal_handlers_disconnect_by_data (session, cancellable);
}

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  g_autoptr (McpDaemonSession) session = create (fixture);
  g_autoptr (McpProgress) progress = mcp_progress_new (3, 9, "page 3");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is published is seen by those who watch the session");
  g_signal_connect (session, "progress", G_CALLBACK (session_event_cb), fixture);
  mcp_daemon_session_publish_async (session, progress, NULL, done_cb, fixture);
  result = await (fixture);
  g_assert_true (mcp_daemon_session_publish_finish (session, result, &error));
  g_assert_no_error (error);
  AWAIT (fixture->events->len == 1);
  g_assert_cmpstr (mcp_progress_get_message (fixture->events->pdata[0]), ==, "page 3");
  g_assert_cmpfloat (mcp_progress_get_total (fixture->events->pdata[0]), ==, 9);
  g_assert_nonnull (mcp_progress_get_timestamp (fixture->events->pdata[0]));
}

static void
test_comes_back (Fixture *fixture, gconstpointer data)
{
  GListModel *model = G_LIST_MODEL (fixture->daemon);
  g_autoptr (McpDaemonSession) session = create (fixture);

  g_test_summary ("While the daemon is away the list is empty, and fills again");
  e2e_kill (fixture->e2e);
  AWAIT (g_list_model_get_n_items (model) == 0);
  g_assert_true (mcp_daemon_session_is_closed (session));
  e2e_start (fixture->e2e);
  AWAIT (g_list_model_get_n_items (model) == 1);
  AWAIT (mcp_daemon_is_running (fixture->daemon));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) g_test_add ("/lib/daemon/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("sessions", test_sessions);
  ADD ("call", test_call);
  ADD ("wrong-tool", test_wrong_tool);
  ADD ("cancel", test_cancel);
  ADD ("publish", test_publish);
  ADD ("comes-back", test_comes_back);
#undef ADD

  return g_test_run ();
}
