/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-test.h"
#include "session/session/mcp-session-inner.h"
#include "session/session/mcp-session-processes.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MINUTE_US (60 * G_USEC_PER_SEC)

/* A process that does nothing until it is killed. */
static pid_t
start_process (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      pause ();
      _exit (0);
    }
  g_assert_cmpint (pid, >, 0);
  return pid;
}

static void
end_process (pid_t pid)
{
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
have_ended (McpSessionProcesses *processes)
{
  gint64 ended_at;

  return mcp_session_processes_have_ended (processes, &ended_at);
}

static void
test_bound (void)
{
  McpSessionProcesses *processes = mcp_session_processes_new ();
  pid_t once = start_process ();
  pid_t stays = start_process ();

  g_test_summary ("A process that comes once binds nobody; one with a stream does");
  mcp_session_processes_note (processes, once, FALSE);
  end_process (once);
  g_assert_false (have_ended (processes));

  mcp_session_processes_note (processes, stays, TRUE);
  g_assert_false (have_ended (processes));
  end_process (stays);
  g_assert_true (have_ended (processes));
  mcp_session_processes_free (processes);
}

static void
test_comes_back (void)
{
  McpSessionProcesses *processes = mcp_session_processes_new ();
  pid_t first = start_process ();
  pid_t second = start_process ();

  g_test_summary ("So does one that comes back; all of them must have ended");
  mcp_session_processes_note (processes, first, FALSE);
  mcp_session_processes_note (processes, first, FALSE);
  mcp_session_processes_note (processes, second, FALSE);
  end_process (first);
  g_assert_false (have_ended (processes));
  end_process (second);
  g_assert_true (have_ended (processes));
  mcp_session_processes_free (processes);
}

static void
test_unknown (void)
{
  McpSessionProcesses *processes = mcp_session_processes_new ();
  pid_t pid = start_process ();

  g_test_summary ("Where somebody's process is not known, the session does not end with others");
  mcp_session_processes_note (processes, pid, TRUE);
  mcp_session_processes_note (processes, 0, FALSE);
  end_process (pid);
  g_assert_false (have_ended (processes));
  g_assert_null (mcp_session_processes_to_json (processes));
  mcp_session_processes_free (processes);
}

static void
test_restored (void)
{
  McpSessionProcesses *before = mcp_session_processes_new ();
  McpSessionProcesses *after = mcp_session_processes_new ();
  McpSessionProcesses *late = mcp_session_processes_new ();
  McpSessionProcesses *spoilt = mcp_session_processes_new ();
  pid_t pid = start_process ();
  g_autofree char *json = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("After a restart a process is known again by its number and its start");
  mcp_session_processes_note (before, pid, TRUE);
  json = mcp_session_processes_to_json (before);
  g_assert_true (mcp_session_processes_restore (after, json));
  g_assert_false (have_ended (after));
  other = g_strdup_printf ("[[%d,1]]", (int) pid);
  g_assert_true (mcp_session_processes_restore (late, other));
  g_assert_true (have_ended (late));
  g_assert_false (mcp_session_processes_restore (spoilt, "[[1,{}]]"));

  end_process (pid);
  g_assert_true (have_ended (after));
  mcp_session_processes_free (before);
  mcp_session_processes_free (after);
  mcp_session_processes_free (late);
  mcp_session_processes_free (spoilt);
}

static void
test_session_ends (void)
{
  g_autoptr (McpSessionStore) store = session_test_new_store ();
  pid_t pid = start_process ();
  McpSession *session = session_test_create_with (
      store, (McpSessionParams){
                 .cwd = "/", .without_token = TRUE, .ends_with_processes = TRUE, .creator = pid });
  g_autoptr (McpSession) keep = g_object_ref (session);
  gint64 now_us;

  g_test_summary (
      "A session that nobody asked for ends a minute after its last process, calls that "
      "run included");
  mcp_session_note_process (session, pid, FALSE);
  g_assert_true (mcp_session_begin_call (session, NULL));
  g_assert_cmpuint (mcp_session_store_expire (store, g_get_real_time () + 10 * MINUTE_US), ==, 0);
  end_process (pid);
  now_us = g_get_real_time ();
  g_assert_cmpuint (mcp_session_store_expire (store, now_us + MINUTE_US / 2), ==, 0);
  g_assert_cmpuint (mcp_session_store_expire (store, now_us + MINUTE_US), ==, 1);
  g_assert_true (mcp_session_is_closed (session));
  mcp_session_end_call (session);
}

static void
test_used_since (void)
{
  g_autoptr (McpSessionStore) store = session_test_new_store ();
  pid_t pid = start_process ();
  McpSession *session = session_test_create_with (
      store, (McpSessionParams){
                 .cwd = "/", .without_token = TRUE, .ends_with_processes = TRUE, .creator = pid });

  g_test_summary ("Whoever holds the session, or watches it, keeps it");
  mcp_session_note_process (session, pid, TRUE);
  end_process (pid);
  mcp_session_hold (session);
  g_assert_cmpuint (mcp_session_store_expire (store, g_get_real_time () + 2 * MINUTE_US), ==, 0);
  mcp_session_release (session);
  g_assert_cmpuint (mcp_session_store_expire (store, g_get_real_time () + 2 * MINUTE_US), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/processes/bound", test_bound);
  g_test_add_func ("/session/processes/comes-back", test_comes_back);
  g_test_add_func ("/session/processes/unknown", test_unknown);
  g_test_add_func ("/session/processes/restored", test_restored);
  g_test_add_func ("/session/processes/session-ends", test_session_ends);
  g_test_add_func ("/session/processes/used-since", test_used_since);
  return g_test_run ();
}
