/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "common/mcp-time.h"
#include "session-test.h"
#include "session/session/mcp-session-json.h"

#include <string.h>

typedef struct
{
  McpSessionStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->store = session_test_new_store ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->store);
}

static McpSession *
create_with_tools (Fixture *f, const char *const *allowed_tools)
{
  return session_test_create_with (
      f->store, (McpSessionParams){ .cwd = "/", .allowed_tools = allowed_tools });
}

static void
test_facts (Fixture *f, gconstpointer data)
{
  const char *const tools[] = { "files__*", NULL };
  gint64 before_us = g_get_real_time ();
  McpSession *session = session_test_create_with (f->store, (McpSessionParams){
                                                                .cwd = "/usr/..",
                                                                .label = "Claude “Code”",
                                                                .allowed_tools = tools,
                                                                .idle_seconds = 90,
                                                            });

  g_test_summary ("A session is what it was asked to be");
  g_assert_true (g_uuid_string_is_valid (mcp_session_get_id (session)));
  g_assert_cmpint (mcp_session_get_id (session)[14], ==, '4');
  g_assert_cmpstr (mcp_session_get_cwd (session), ==, "/");
  g_assert_cmpstr (mcp_session_get_label (session), ==, "Claude “Code”");
  g_assert_cmpstrv ((gpointer) mcp_session_get_allowed_tools (session), (gpointer) tools);
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 90);
  g_assert_cmpint (mcp_session_get_created_at (session), >=, before_us);
  g_assert_cmpint (mcp_session_get_created_at (session), <=, g_get_real_time ());
  g_assert_cmpint (mcp_session_get_last_active_at (session), ==,
                   mcp_session_get_created_at (session));
  g_assert_cmpuint (mcp_session_get_n_subscribers (session), ==, 0);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, 0);
  g_assert_false (mcp_session_is_closed (session));
  g_assert_false (g_cancellable_is_cancelled (mcp_session_get_cancellable (session)));
}

static void
test_any_tool (Fixture *f, gconstpointer data)
{
  McpSession *session = create_with_tools (f, NULL);

  g_test_summary ("Without a list every tool is allowed");
  g_assert_null (mcp_session_get_allowed_tools (session));
  g_assert_true (mcp_session_allows_tool (session, "files__read"));
}

static void
test_no_tool (Fixture *f, gconstpointer data)
{
  McpSession *session = create_with_tools (f, (const char *[]){ NULL });

  g_test_summary ("An empty list allows nothing");
  g_assert_nonnull (mcp_session_get_allowed_tools (session));
  g_assert_null (mcp_session_get_allowed_tools (session)[0]);
  g_assert_false (mcp_session_allows_tool (session, "files__read"));
  g_assert_false (mcp_session_allows_tool (session, ""));
}

static void
test_globs (Fixture *f, gconstpointer data)
{
  McpSession *session =
      create_with_tools (f, (const char *[]){ "files__*", "search__quer?", "a[bc].*", NULL });

  g_test_summary (
      "* stands for any characters, ? for one, all else for itself, and all must match");
  g_assert_true (mcp_session_allows_tool (session, "files__"));
  g_assert_true (mcp_session_allows_tool (session, "files__read"));
  g_assert_true (mcp_session_allows_tool (session, "search__query"));
  g_assert_true (mcp_session_allows_tool (session, "a[bc].x"));
  g_assert_false (mcp_session_allows_tool (session, "ab.x"));
  g_assert_false (mcp_session_allows_tool (session, "search__quer"));
  g_assert_false (mcp_session_allows_tool (session, "search__query2"));
  g_assert_false (mcp_session_allows_tool (session, "my_files__read"));
  g_assert_false (mcp_session_allows_tool (session, "Files__read"));
  g_assert_false (mcp_session_allows_tool (session, ""));
}

static void
test_hostile_glob (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) glob = g_string_new (NULL);
  g_autofree char *name = g_strnfill (64, 'a');
  McpSession *session;
  gint64 start_us;

  g_test_summary ("A glob made to take long does not");
  for (guint i = 0; i < 63; i++)
    g_string_append (glob, "*a");
  g_string_append (glob, "b*");
  session = create_with_tools (f, (const char *[]){ glob->str, NULL });

  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < 100; i++)
    g_assert_false (mcp_session_allows_tool (session, name));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
}

static void
test_calls (Fixture *f, gconstpointer data)
{
  McpSession *session = session_test_create (f->store, NULL);
  g_autoptr (GError) error = NULL;
  McpLimits limits;

  g_test_summary ("Calls in flight are counted and limited");
  mcp_limits_init_defaults (&limits);
  limits.calls_per_session = 2;
  mcp_session_store_set_limits (f->store, &limits);
  for (guint i = 1; i <= 2; i++)
    {
      g_assert_true (mcp_session_begin_call (session, NULL));
      g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, i);
    }
  g_assert_false (mcp_session_begin_call (session, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, 2);

  mcp_session_end_call (session);
  g_assert_true (mcp_session_begin_call (session, NULL));
  mcp_session_end_call (session);
  mcp_session_end_call (session);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, 0);
}

static void
test_calls_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (GError) error = NULL;

  g_test_summary ("No call begins in an ended session, but one that began can end");
  g_assert_true (mcp_session_begin_call (session, NULL));
  mcp_session_store_close_all (f->store, "closed");
  g_assert_true (mcp_session_is_closed (session));
  g_assert_true (g_cancellable_is_cancelled (mcp_session_get_cancellable (session)));
  g_assert_false (mcp_session_begin_call (session, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_CLOSED);
  mcp_session_end_call (session);
  g_assert_cmpuint (mcp_session_get_calls_in_flight (session), ==, 0);
}

/* Lets the clock go on; returns what it was before. */
static gint64
let_time_pass (McpSession *session)
{
  gint64 before = mcp_session_get_last_active_at (session);

  while (g_get_real_time () <= before)
    ;
  return before;
}

static void
test_touched (Fixture *f, gconstpointer data)
{
  McpSession *session = session_test_create (f->store, NULL);
  g_autoptr (McpEventQueue) queue = NULL;
  gint64 before;

  g_test_summary ("Every use starts the idle time again");
  before = let_time_pass (session);
  mcp_session_touch (session);
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
  before = let_time_pass (session);
  session_test_publish (session, 1);
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
  before = let_time_pass (session);
  queue = session_test_subscribe (session, -1);
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
  before = let_time_pass (session);
  mcp_session_unsubscribe (session, queue);
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
  before = let_time_pass (session);
  g_assert_true (mcp_session_begin_call (session, NULL));
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
  before = let_time_pass (session);
  mcp_session_end_call (session);
  g_assert_cmpint (mcp_session_get_last_active_at (session), >, before);
}

static void
count_cb (McpSession *session, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_notify (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (McpEventQueue) queue = NULL;
  g_autoptr (McpEventQueue) internal = NULL;
  guint n_subscribers = 0;
  guint n_calls = 0;
  guint value = 0;

  g_test_summary ("The counters are properties that notify when they change, and only then");
  g_signal_connect (session, "notify::n-subscribers", G_CALLBACK (count_cb), &n_subscribers);
  g_signal_connect (session, "notify::calls-in-flight", G_CALLBACK (count_cb), &n_calls);
  internal = mcp_session_subscribe (session, MCP_SUBSCRIBER_INTERNAL, NULL, NULL);
  mcp_session_unsubscribe (session, internal);
  g_assert_cmpuint (n_subscribers, ==, 0);

  queue = session_test_subscribe (session, -1);
  g_assert_cmpuint (n_subscribers, ==, 1);
  g_object_get (session, "n-subscribers", &value, NULL);
  g_assert_cmpuint (value, ==, 1);
  mcp_session_unsubscribe (session, queue);
  mcp_session_unsubscribe (session, queue);
  g_assert_cmpuint (n_subscribers, ==, 2);

  g_assert_true (mcp_session_begin_call (session, NULL));
  g_object_get (session, "calls-in-flight", &value, NULL);
  g_assert_cmpuint (value, ==, 1);
  mcp_session_end_call (session);
  g_assert_cmpuint (n_calls, ==, 2);

  g_clear_pointer (&queue, mcp_event_queue_unref);
  queue = session_test_subscribe (session, -1);
  mcp_session_store_close_all (f->store, "closed");
  g_assert_cmpuint (n_subscribers, ==, 4);
}

static void
test_json (Fixture *f, gconstpointer data)
{
  const char *const tools[] = { "a*", "\"b\"", NULL };
  g_autofree char *token = NULL;
  const McpSessionParams params = { .cwd = "/", .label = "a\n\"b\"", .allowed_tools = tools };
  McpSession *session = mcp_session_store_create (f->store, &params, &token, NULL);
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, -1);
  g_autofree char *created_at = NULL;
  g_autofree char *last_active_at = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_test_summary ("A session is described in JSON, without its token");
  g_assert_true (mcp_session_begin_call (session, NULL));
  json = mcp_session_json_build (session);
  created_at = mcp_time_format (mcp_session_get_created_at (session));
  last_active_at = mcp_time_format (mcp_session_get_last_active_at (session));
  expected = g_strdup_printf ("{\"session_id\":\"%s\",\"label\":\"a\\n\\\"b\\\"\",\"cwd\":\"/\","
                              "\"created_at\":\"%s\",\"last_active_at\":\"%s\","
                              "\"allowed_tools\":[\"a*\",\"\\\"b\\\"\"],"
                              "\"subscribers\":1,\"calls_in_flight\":1}",
                              mcp_session_get_id (session), created_at, last_active_at);
  g_assert_cmpstr (json, ==, expected);
  g_assert_null (strstr (json, token));
  mcp_json_scan (json, strlen (json), 4, 100, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
}

static void
test_json_short (Fixture *f, gconstpointer data)
{
  McpSession *plain = session_test_create (f->store, NULL);
  McpSession *none = create_with_tools (f, (const char *[]){ NULL });
  g_autofree char *plain_json = mcp_session_json_build (plain);
  g_autofree char *none_json = mcp_session_json_build (none);

  g_test_summary ("A label and a list of tools are left out where there are none");
  g_assert_null (strstr (plain_json, "label"));
  g_assert_null (strstr (plain_json, "allowed_tools"));
  g_assert_nonnull (strstr (plain_json, "\"subscribers\":0,\"calls_in_flight\":0}"));
  g_assert_nonnull (strstr (none_json, "\"allowed_tools\":[],"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/session/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("facts", test_facts);
  ADD ("any-tool", test_any_tool);
  ADD ("no-tool", test_no_tool);
  ADD ("globs", test_globs);
  ADD ("hostile-glob", test_hostile_glob);
  ADD ("calls", test_calls);
  ADD ("calls-closed", test_calls_closed);
  ADD ("touched", test_touched);
  ADD ("notify", test_notify);
  ADD ("json", test_json);
  ADD ("json-short", test_json_short);
  return g_test_run ();
}
