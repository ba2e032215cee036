/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Servers that fight their keeper, and those whose answers cannot be read.
 */
#include "attack.h"

#include "mcp-test-events.h"

#include <signal.h>
#include <string.h>

#define GONE_MS 10000

/* A server that leaves a process in a session of its own behind, and then does something to its
 * keeper. @DO@, @SERVER@, @KEEPER@ (a file for its keeper's number) and @LEFT@ are put in. */
static const char script[] =
    "setsid sh -c 'echo $$ >@LEFT@.new && mv @LEFT@.new @LEFT@; exec sleep 300' </dev/null "
    ">/dev/null 2>&1 &\n"
    "while [ ! -e @LEFT@ ]; do sleep 0.01; done\n"
    "echo $PPID >@KEEPER@\n"
    "echo $$ >>@KEEPER@\n"
    "@DO@\n"
    "exec @SERVER@\n";

static char *
replace (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  return g_strjoinv (to, parts);
}

static char *
build_script (Attack *a, const char *deed)
{
  g_autofree char *left = e2e_build (a->e2e, "left");
  g_autofree char *keeper = e2e_build (a->e2e, "keeper");
  g_autofree char *one = replace (script, "@LEFT@", left);
  g_autofree char *two = replace (one, "@KEEPER@", keeper);
  g_autofree char *three = replace (two, "@DO@", deed);

  return replace (three, "@SERVER@", g_getenv ("MCP_TEST_SERVER"));
}

static void
add_fighter (Attack *a, const char *deed)
{
  g_autofree char *text = build_script (a, deed);
  g_autofree char *path = test_dir_write (a->e2e->dir, "fighter.sh", text, 0700);
  g_autofree char *entry = g_strdup_printf ("{\"command\":\"/bin/sh\",\"args\":[\"%s\"]}", path);

  attack_add_server (a, "fighter", entry);
}

/* A process that does not end by itself is killed here: a test leaves nothing behind. */
static void
check_gone (Attack *a, const char *file, const char *when)
{
  gint64 until = g_get_monotonic_time () + GONE_MS * 1000;
  gsize n_pids;
  g_autofree pid_t *pids = e2e_read_pids (a->e2e, file, &n_pids);

  for (gsize i = 0; i < n_pids; i++)
    {
      gint64 rest_ms = MAX (0, (until - g_get_monotonic_time ()) / 1000);

      if (!mcp_test_await_exit (mcp_test_open_process (pids[i]), (guint) rest_ms))
        {
          attack_fail ("%s, process %zu of “%s” is still there", when, i + 1, file);
          kill (pids[i], SIGCONT);
          kill (pids[i], SIGKILL);
        }
    }
}

static void
use_fighter (Attack *a, JsonObject *session)
{
  g_autofree char *left = e2e_build (a->e2e, "left");
  g_autoptr (JsonObject) response = attack_call (a, session, "fighter__echo");

  g_assert_true (g_file_test (left, G_FILE_TEST_EXISTS));
}

static void
end_session (Attack *a, JsonObject *session)
{
  g_autofree char *path = g_strconcat ("/session/", attack_id (session), NULL);
  g_autoptr (AttackAnswer) answer =
      attack_ask (a, "DELETE", path, attack_token (session), NULL, NULL);

  g_assert_cmpuint (answer->status, ==, 204);
}

static void
check_fighter (const char *deed)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;

  add_fighter (a, deed);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  use_fighter (a, session);
  end_session (a, session);
  check_gone (a, "left", "after the session");
  check_gone (a, "keeper", "after the session");
}

static void
test_killed_keeper (void)
{
  g_test_summary ("A server that kills its keeper leaves nothing behind");
  check_fighter ("kill -KILL $PPID");
}

static void
test_stopped_keeper (void)
{
  g_test_summary ("A server that stops its keeper leaves nothing behind, and no keeper");
  check_fighter ("kill -STOP $PPID");
}

static void
test_keeper_of_a_dead_server (void)
{
  g_test_summary ("A server that kills its keeper and ends leaves nothing behind");
  check_fighter ("kill -KILL $PPID; exit 0");
}

/* The daemon's end must not wait for a keeper that cannot move. */
static void
check_end (const char *deed)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  gint64 began_us, ms;

  add_fighter (a, deed);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  use_fighter (a, session);
  began_us = g_get_monotonic_time ();
  if (!attack_end (a, SIGTERM))
    attack_fail ("the daemon did not end by itself");
  ms = (g_get_monotonic_time () - began_us) / 1000;
  g_test_message ("the daemon's end: %" G_GINT64_FORMAT " ms", ms);
  check_gone (a, "left", "after the daemon");
  check_gone (a, "keeper", "after the daemon");
}

static void
test_end_with_killed_keeper (void)
{
  g_test_summary ("The daemon's end is also the end of a server which has killed its keeper");
  check_end ("kill -KILL $PPID");
}

static void
test_end_with_stopped_keeper (void)
{
  g_test_summary ("The daemon's end is also the end of a server which has stopped its keeper");
  check_end ("kill -STOP $PPID");
}

/* Answers that cannot be read */

static char *
build_nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static void
check_fails_at_once (const char *format)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) deep = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autofree char *nested = build_nested (600);
  g_autofree char *answer = replace (format, "@", nested);

  attack_add_canned (a, "srv", NULL);
  attack_set_answer (a, "srv", "tools.list",
                     "\"result\":{\"tools\":[{\"name\":\"deep\",\"inputSchema\":{}},"
                     "{\"name\":\"t\",\"inputSchema\":{}}]}");
  attack_set_answer (a, "srv", "call.deep", answer);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_hash_table_unref (attack_list (a, session, "tools/list"));
  a->patience_seconds = 5;
  deep = attack_call (a, session, "srv__deep");
  if (deep == NULL)
    attack_fail ("the call still waits after 5 s");
  else if (attack_get_error (deep) != -32603)
    attack_fail ("the call did not fail: %s", attack_get_text (deep));
  other = attack_call (a, session, "srv__t");
  if (strcmp (attack_get_text (other), "srv:t") != 0)
    attack_fail ("the next call: %s", attack_get_text (other));
}

static void
test_deep_result (void)
{
  g_test_summary ("A result that is too deep to be read fails its call at once");
  check_fails_at_once ("\"result\":{\"content\":[],\"structuredContent\":{\"a\":@}}");
}

static void
test_deep_error (void)
{
  g_test_summary ("An error that is too deep to be read fails its call at once");
  check_fails_at_once ("\"error\":{\"code\":1,\"message\":\"m\",\"data\":@}");
}

static void
test_deep_member_first (void)
{
  g_test_summary ("An answer with an unknown member that is too deep fails its call at once");
  check_fails_at_once ("\"x\":@,\"result\":{\"content\":[]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attack/08-keeper/killed", test_killed_keeper);
  g_test_add_func ("/attack/08-keeper/stopped", test_stopped_keeper);
  g_test_add_func ("/attack/08-keeper/of-a-dead-server", test_keeper_of_a_dead_server);
  g_test_add_func ("/attack/08-keeper/killed-then-the-end", test_end_with_killed_keeper);
  g_test_add_func ("/attack/08-keeper/stopped-then-the-end", test_end_with_stopped_keeper);
  g_test_add_func ("/attack/18-unreadable/deep-result", test_deep_result);
  g_test_add_func ("/attack/18-unreadable/deep-error", test_deep_error);
  g_test_add_func ("/attack/18-unreadable/deep-member", test_deep_member_first);
  return g_test_run ();
}
