/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "session-test.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-token.h"

#include <string.h>

typedef struct
{
  McpSessionStore *store;
  GString *log; /* what was emitted */
  GThread *thread;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->store = session_test_new_store ();
  f->log = g_string_new (NULL);
  f->thread = g_thread_self ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->store);
  g_string_free (f->log, TRUE);
}

static void
test_authenticate (Fixture *f, gconstpointer data)
{
  g_autofree char *token = NULL;
  McpSession *session = session_test_create (f->store, &token);
  g_autoptr (GError) error = NULL;
  McpSession *found;

  g_test_summary ("A session that was created is authenticated by its id and token");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
  g_assert_cmpuint (strlen (token), ==, MCP_TOKEN_LENGTH);
  found = mcp_session_store_authenticate (f->store, mcp_session_get_id (session), token, &error);
  g_assert_no_error (error);
  g_assert_true (found == session);
  g_assert_cmpstr (mcp_session_get_cwd (found), ==, "/");
  g_assert_true (mcp_session_has_token (session));
  g_assert_true (mcp_session_token_matches (session, token));
}

static char *
assert_refused (Fixture *f, const char *session_id, const char *token)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_session_store_authenticate (f->store, session_id, token, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED);
  return g_strdup (error->message);
}

static void
test_wrong_token (Fixture *f, gconstpointer data)
{
  g_autofree char *token = NULL;
  g_autofree char *other_token = NULL;
  McpSession *session = session_test_create (f->store, &token);
  const char *id = mcp_session_get_id (session);
  g_autofree char *message = NULL;
  g_autofree char *other_message = NULL;
  g_autofree char *empty_message = NULL;

  g_test_summary ("A wrong token is refused, another session's too");
  session_test_create (f->store, &other_token);
  message = assert_refused (f, id, "not-the-token");
  other_message = assert_refused (f, id, other_token);
  empty_message = assert_refused (f, id, "");
  g_assert_cmpstr (other_message, ==, message);
  g_assert_cmpstr (empty_message, ==, message);
  g_assert_false (mcp_session_token_matches (session, other_token));
  g_assert_null (strstr (message, token));
}

static void
test_unknown_session (Fixture *f, gconstpointer data)
{
  g_autofree char *token = NULL;
  McpSession *session = session_test_create (f->store, &token);
  g_autofree char *wrong = assert_refused (f, mcp_session_get_id (session), "not-the-token");
  g_autofree char *unknown = assert_refused (f, "not-a-session-id", "anything");
  g_autofree char *with_token = assert_refused (f, "00000000-0000-4000-8000-000000000000", token);
  g_autofree char *empty = assert_refused (f, "", token);

  g_test_summary ("An unknown session is refused with the same words as a wrong token");
  g_assert_cmpstr (unknown, ==, wrong);
  g_assert_cmpstr (with_token, ==, wrong);
  g_assert_cmpstr (empty, ==, wrong);
}

static void
test_lookup (Fixture *f, gconstpointer data)
{
  McpSession *session = session_test_create (f->store, NULL);
  g_autofree char *upper = g_ascii_strup (mcp_session_get_id (session), -1);
  McpSession *found;
  g_autoptr (McpEventQueue) queue = NULL;

  g_test_summary (
      "Inside the daemon a session and its stream are found by id; an unknown id is none");
  found = mcp_session_store_lookup (f->store, mcp_session_get_id (session));
  g_assert_true (found == session);
  queue = session_test_subscribe (found, -1);
  session_test_publish (session, 1);
  session_test_assert_pop (queue, 1, 0);

  g_assert_null (mcp_session_store_lookup (f->store, "nope"));
  g_assert_null (mcp_session_store_lookup (f->store, ""));
  if (strcmp (upper, mcp_session_get_id (session)) != 0)
    g_assert_null (mcp_session_store_lookup (f->store, upper));
}

static void
test_find_by_token (Fixture *f, gconstpointer data)
{
  g_test_summary ("A session is found by its token alone");
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *token = NULL;
      McpSession *session = session_test_create (f->store, &token);

      g_assert_true (mcp_session_store_find_by_token (f->store, token) == session);
      token[i % MCP_TOKEN_LENGTH] = token[i % MCP_TOKEN_LENGTH] == '0' ? '1' : '0';
      g_assert_null (mcp_session_store_find_by_token (f->store, token));
    }
  g_assert_null (mcp_session_store_find_by_token (f->store, ""));
  g_assert_null (mcp_session_store_find_by_token (f->store, "not-a-token"));
}

static void
test_without_token (Fixture *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/", .without_token = TRUE };
  g_autofree char *token = g_strdup ("untouched");
  char *told = token;
  McpSession *session = mcp_session_store_create (f->store, &params, &told, NULL);
  g_autofree char *message = NULL;

  g_test_summary ("Nobody gets into a session without a token");
  g_assert_nonnull (session);
  g_assert_null (told);
  g_assert_false (mcp_session_has_token (session));
  g_assert_false (mcp_session_token_matches (session, ""));
  message = assert_refused (f, mcp_session_get_id (session), "");
  g_assert_null (mcp_session_store_find_by_token (f->store, ""));
  g_assert_true (mcp_session_store_lookup (f->store, mcp_session_get_id (session)) == session);
}

static void
test_rotate_token (Fixture *f, gconstpointer data)
{
  g_autofree char *old = NULL;
  g_autofree char *other = NULL;
  McpSession *session = session_test_create (f->store, &old);
  McpSession *other_session = session_test_create (f->store, &other);
  g_autofree char *new = mcp_session_store_rotate_token (f->store, session, NULL);
  g_autofree char *message = NULL;

  g_test_summary ("A new token takes the old one's place at once, and no other session's");
  g_assert_cmpstr (new, !=, old);
  g_assert_true (mcp_session_store_find_by_token (f->store, new) == session);
  g_assert_null (mcp_session_store_find_by_token (f->store, old));
  g_assert_true (mcp_session_store_find_by_token (f->store, other) == other_session);
  g_assert_nonnull (
      mcp_session_store_authenticate (f->store, mcp_session_get_id (session), new, NULL));
  message = assert_refused (f, mcp_session_get_id (session), old);

  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  /* neither key may be left behind: they lie in the session, which is freed */
  g_assert_null (mcp_session_store_find_by_token (f->store, new));
  g_assert_null (mcp_session_store_find_by_token (f->store, old));
}

static void
test_rotate_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (GError) error = NULL;

  g_test_summary ("An ended session gets no token");
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  g_assert_null (mcp_session_store_rotate_token (f->store, session, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_CLOSED);
}

static void
test_list (Fixture *f, gconstpointer data)
{
  McpSession *sessions[20];
  g_autoptr (GPtrArray) list = NULL;

  g_test_summary ("Sessions are listed, the oldest first");
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    {
      gint64 now_us = g_get_real_time ();

      sessions[i] = session_test_create (f->store, NULL);
      while (g_get_real_time () == now_us)
        ;
    }
  list = mcp_session_store_list (f->store);
  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (sessions));
  for (guint i = 0; i < list->len; i++)
    g_assert_true (list->pdata[i] == sessions[i]);
}

static void
test_rate (Fixture *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/" };
  g_autoptr (GError) error = NULL;
  McpLimits limits;

  g_test_summary ("Sessions are made only so fast, whether they stay or not");
  mcp_limits_init_defaults (&limits);
  limits.sessions_per_minute = 3;
  mcp_session_store_set_limits (f->store, &limits);
  for (guint i = 0; i < 3; i++)
    mcp_session_store_close (f->store, mcp_session_get_id (session_test_create (f->store, NULL)),
                             "closed", NULL);
  g_assert_null (mcp_session_store_create (f->store, &params, NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (strstr (error->message, "SessionsPerMinute"));
  g_assert_cmpuint (mcp_session_store_get_wait_seconds (f->store), >=, 1);
  g_assert_cmpuint (mcp_session_store_get_wait_seconds (f->store), <=, 20);
}

static void
test_limit (Fixture *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/" };
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;
  McpLimits limits;

  g_test_summary ("Sessions are limited; one that ends makes room, and the limit may change");
  mcp_limits_init_defaults (&limits);
  limits.sessions = 2;
  mcp_session_store_set_limits (f->store, &limits);
  session_test_create (f->store, NULL);
  session = session_test_create (f->store, NULL);
  g_assert_null (mcp_session_store_create (f->store, &params, &token, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_null (token);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 2);

  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  session_test_create (f->store, NULL);
  limits.sessions = 1;
  mcp_session_store_set_limits (f->store, &limits);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 2);
  limits.sessions = 3;
  mcp_session_store_set_limits (f->store, &limits);
  session_test_create (f->store, NULL);
}

static void
assert_invalid (Fixture *f, McpSessionParams params)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_session_store_create (f->store, &params, NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
}

static void
test_invalid (Fixture *f, gconstpointer data)
{
  g_autofree char *long_label = g_strnfill (257, 'x');
  g_autofree char *long_glob = g_strnfill (129, 'x');
  g_autofree const char **many = g_new0 (const char *, 1002);

  g_test_summary ("Values that will not do are refused, and nothing is made");
  for (guint i = 0; i < 1001; i++)
    many[i] = "x";
  assert_invalid (f, (McpSessionParams){ .cwd = "relative" });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .label = long_label });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .label = "\xff" });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .idle_seconds = -2 });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .idle_seconds = G_MAXINT64 });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .idle_seconds = G_MININT64 });
  assert_invalid (
      f, (McpSessionParams){ .cwd = "/", .allowed_tools = (const char *[]){ "a", "", NULL } });
  assert_invalid (
      f, (McpSessionParams){ .cwd = "/", .allowed_tools = (const char *[]){ long_glob, NULL } });
  assert_invalid (
      f, (McpSessionParams){ .cwd = "/", .allowed_tools = (const char *[]){ "\xff", NULL } });
  assert_invalid (f, (McpSessionParams){ .cwd = "/", .allowed_tools = many });
}

static void
test_largest (Fixture *f, gconstpointer data)
{
  g_autofree char *label = g_strnfill (256, 'x');
  g_autofree char *glob = g_strnfill (128, '?');
  g_autofree const char **globs = g_new0 (const char *, 1001);

  g_test_summary ("Values at their limit do");
  for (guint i = 0; i < 1000; i++)
    globs[i] = glob;
  session_test_create_with (
      f->store, (McpSessionParams){ .cwd = "/", .label = label, .allowed_tools = globs });
}

static void
test_cwd (Fixture *f, gconstpointer data)
{
  McpSession *home = session_test_create_with (f->store, (McpSessionParams){ .cwd = NULL });
  McpSession *tilde = session_test_create_with (f->store, (McpSessionParams){ .cwd = "~" });

  g_test_summary ("Without a working directory it is the home");
  g_assert_cmpstr (mcp_session_get_cwd (home), ==, mcp_session_get_cwd (tilde));
}

static void
added_cb (McpSessionStore *store, McpSession *session, Fixture *f)
{
  g_assert_true (g_thread_self () == f->thread);
  g_assert_true (mcp_session_store_lookup (store, mcp_session_get_id (session)) == session);
  g_string_append (f->log, "added ");
}

static void
removed_cb (McpSessionStore *store, McpSession *session, const char *reason, Fixture *f)
{
  g_assert_true (g_thread_self () == f->thread);
  g_assert_null (mcp_session_store_lookup (store, mcp_session_get_id (session)));
  g_assert_true (mcp_session_is_closed (session));
  g_string_append_printf (f->log, "removed:%s ", reason);
}

static void
progress_cb (McpSessionStore *store, McpSession *session, McpProgressEvent *event, Fixture *f)
{
  g_assert_true (g_thread_self () == f->thread);
  g_assert_cmpstr (mcp_progress_event_get_session_id (event), ==, mcp_session_get_id (session));
  g_string_append_printf (f->log, "progress:%" G_GUINT64_FORMAT " ",
                          mcp_progress_event_get_sequence (event));
}

static void
n_sessions_cb (McpSessionStore *store, GParamSpec *pspec, Fixture *f)
{
  guint n_sessions;

  g_object_get (store, "n-sessions", &n_sessions, NULL);
  g_assert_cmpuint (n_sessions, ==, mcp_session_store_get_n_sessions (store));
  g_string_append_printf (f->log, "n:%u ", n_sessions);
}

static void
test_signals (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = NULL;
  McpSession *session;

  g_test_summary ("The store says what happens, from the thread it lives in, when it has happened");
  g_signal_connect (f->store, "session-added", G_CALLBACK (added_cb), f);
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  g_signal_connect (f->store, "progress", G_CALLBACK (progress_cb), f);
  g_signal_connect (f->store, "notify::n-sessions", G_CALLBACK (n_sessions_cb), f);
  session = session_test_create (f->store, NULL);
  g_assert_cmpstr (f->log->str, ==, "added n:1 ");

  g_string_truncate (f->log, 0);
  queue = session_test_subscribe (session, -1);
  session_test_publish (session, 1);
  session_test_publish (session, 2);
  g_assert_cmpstr (f->log->str, ==, "progress:1 progress:2 ");

  g_string_truncate (f->log, 0);
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  g_assert_cmpstr (f->log->str, ==, "n:0 removed:closed ");
}

static void
close_new_cb (McpSessionStore *store, McpSession *session, gpointer user_data)
{
  mcp_session_store_close (store, mcp_session_get_id (session), "closed", NULL);
}

static void
test_closed_at_once (Fixture *f, gconstpointer data)
{
  const McpSessionParams params = { .cwd = "/" };
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A session that a handler ends at once is told as ended, and its token is nothing");
  g_signal_connect (f->store, "session-added", G_CALLBACK (close_new_cb), NULL);
  g_assert_null (mcp_session_store_create (f->store, &params, &token, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_CLOSED);
  g_assert_null (token);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
}

/* A session of that process, made so many seconds ago; %NULL where there is no room. */
static McpSession *
try_create (Fixture *f, pid_t creator, guint age_seconds)
{
  const McpSessionParams params = { .cwd = "/", .idle_seconds = -1, .creator = creator };
  McpSession *session = mcp_session_store_create (f->store, &params, NULL, NULL);
  gint64 then_us = g_get_real_time () - age_seconds * G_USEC_PER_SEC;

  if (session != NULL)
    mcp_session_restore_past (session, then_us, then_us, 0);
  return session;
}

static void
test_unused_make_room (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) first_of_one = NULL;
  g_autoptr (McpSession) old_of_two = NULL;
  g_autoptr (McpSession) used_of_two = NULL;
  McpLimits limits;

  g_test_summary ("When all sessions are taken, the process with most of them loses its oldest one "
                  "that was never used and is over a minute old");
  mcp_limits_init_defaults (&limits);
  limits.sessions = 5;
  mcp_session_store_set_limits (f->store, &limits);
  first_of_one = g_object_ref (try_create (f, 1, 90));
  used_of_two = g_object_ref (try_create (f, 2, 80));
  old_of_two = g_object_ref (try_create (f, 2, 70));
  g_assert_nonnull (try_create (f, 2, 59));
  g_assert_nonnull (try_create (f, 3, 59));
  mcp_session_touch (used_of_two);

  g_assert_nonnull (try_create (f, 4, 0));
  g_assert_true (mcp_session_is_closed (old_of_two));
  g_assert_nonnull (try_create (f, 4, 0));
  g_assert_true (mcp_session_is_closed (first_of_one));

  g_assert_null (try_create (f, 5, 0));
  g_assert_false (mcp_session_is_closed (used_of_two));
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 5);
}

static void
test_named_by_client (Fixture *f, gconstpointer data)
{
  McpSession *first = session_test_create (f->store, NULL);
  McpSession *second = session_test_create (f->store, NULL);

  g_test_summary ("A session is named after its client; the second one of a name has a number");
  mcp_session_store_name_session (f->store, first, "Gemini\x1b[1m CLI");
  mcp_session_store_name_session (f->store, second, "Gemini\x1b[1m CLI");
  g_assert_null (strchr (mcp_session_get_label (first), '\x1b'));
  g_assert_true (g_str_has_prefix (mcp_session_get_label (first), "Gemini"));
  g_assert_true (g_str_has_suffix (mcp_session_get_label (second), " CLI 2"));
  mcp_session_store_name_session (f->store, second, " ");
  g_assert_true (g_str_has_suffix (mcp_session_get_label (second), " CLI 2"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/store/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("create-then-authenticate", test_authenticate);
  ADD ("wrong-token", test_wrong_token);
  ADD ("unknown-session", test_unknown_session);
  ADD ("lookup", test_lookup);
  ADD ("find-by-token", test_find_by_token);
  ADD ("without-token", test_without_token);
  ADD ("rotate-token", test_rotate_token);
  ADD ("rotate-closed", test_rotate_closed);
  ADD ("list", test_list);
  ADD ("limit", test_limit);
  ADD ("rate", test_rate);
  ADD ("invalid", test_invalid);
  ADD ("largest", test_largest);
  ADD ("cwd", test_cwd);
  ADD ("signals", test_signals);
  ADD ("closed-at-once", test_closed_at_once);
  ADD ("named-by-client", test_named_by_client);
  ADD ("unused-make-room", test_unused_make_room);
  return g_test_run ();
}
