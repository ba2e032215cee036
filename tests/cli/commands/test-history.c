/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * history, cancel: calls that have ended, and calls that run.
 */
#include "cli-test.h"
#include "terminal.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

/* Returns: the id of the newest call, or of the newest one in a state */
static char *
dup_newest (CliTest *test, const char *state)
{
  g_autofree char *option = g_strdup_printf ("--state=%s", state);

  for (;;)
    {
      g_autofree char *out =
          cli_test_run_ok (test, "history", "-o", "name", "--limit=1", option, NULL);

      if (*g_strchomp (out) != '\0')
        return g_steal_pointer (&out);
    }
}

static void
test_show (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) failed = NULL;
  g_autoptr (CliRun) missing = NULL;
  g_autofree char *id = NULL;
  g_autofree char *table = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *by_number = NULL;

  g_test_summary (
      "The table has the ids of calls and the tools' own words; show has all of a call");
  cli_test_start_daemon (test);
  failed = cli_test_run (test, NULL, "call", "test__fail", "text=out of paper", NULL);
  g_assert_cmpint (failed->status, ==, 1);
  id = dup_newest (test, "error");
  table = cli_test_run_ok (test, "history", NULL);
  assert_contains (table, id);
  assert_contains (table, "out of paper");
  shown = cli_test_run_ok (test, "history", "show", id, NULL);
  assert_contains (shown, "test__fail");
  assert_contains (shown, "out of paper");
  by_number = cli_test_run_ok (test, "history", "show", id + strcspn (id, "123456789"), NULL);
  g_assert_cmpstr (by_number, ==, shown);
  missing = cli_test_run (test, NULL, "history", "show", "c-999999", NULL);
  g_assert_cmpint (missing->status, ==, 1);
  assert_contains (missing->err, "There is no call “c-999999”");
}

static void
test_filters (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *recent = NULL;
  g_autofree char *later = NULL;
  g_autofree char *of_client = NULL;
  g_autofree char *of_ended = NULL;
  g_autoptr (CliRun) wrong = NULL;

  g_test_summary ("history looks for a time, a client, and a session that has ended");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "call", "test__echo", NULL));
  recent = cli_test_run_ok (test, "history", "--since=1h", NULL);
  assert_contains (recent, "test__echo");
  later = cli_test_run_ok (test, "history", "--since=2099-01-01", NULL);
  g_assert_cmpstr (later, ==, "");
  of_client = cli_test_run_ok (test, "history", "--client=nobody-of-that-name", NULL);
  g_assert_cmpstr (of_client, ==, "");
  /* The session of “call” was made for it, and has ended. */
  of_ended = cli_test_run_ok (test, "history", "--fields=tool", "test-history", NULL);
  assert_contains (of_ended, "test__echo");
  wrong = cli_test_run (test, NULL, "history", "--since=nope", NULL);
  g_assert_cmpint (wrong->status, ==, 2);
}

static void
test_follow (void)
{
  const char *argv[] = { "history", "--follow", "--limit=1", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSubprocess) follow = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *line = NULL;

  g_test_summary ("--follow prints each call that ends, and ends when nobody reads");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "call", "test__echo", NULL));
  follow = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDOUT_PIPE, argv);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (follow));
  do
    {
      g_free (line);
      line = g_data_input_stream_read_line (out, NULL, NULL, NULL);
      g_assert_nonnull (line);
      if (strstr (line, "test__echo") != NULL)
        g_free (cli_test_run_ok (test, "call", "test__cwd", NULL));
    }
  while (strstr (line, "test__cwd") == NULL);
  g_assert_true (g_input_stream_close (G_INPUT_STREAM (out), NULL, NULL));
  g_assert_true (g_subprocess_wait (follow, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (follow), ==, 141);
}

static void
test_cancel (void)
{
  const char *argv[] = { "call", "test__hang", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSubprocess) call = NULL;
  g_autoptr (CliRun) again = NULL;
  g_autofree char *id = NULL;
  g_autofree char *state = NULL;

  g_test_summary ("cancel ends a call that runs; a call that has ended is named");
  cli_test_start_daemon (test);
  call = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDERR_PIPE, argv);
  id = dup_newest (test, "running");
  g_free (cli_test_run_ok (test, "cancel", id, NULL));
  g_assert_true (g_subprocess_wait (call, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (call), ==, 1);
  state = cli_test_run_ok (test, "history", "show", id, "--fields=state", NULL);
  g_assert_cmpstr (state, ==, "STATE\ncancelled\n");
  again = cli_test_run (test, NULL, "cancel", id, NULL);
  g_assert_cmpint (again->status, ==, 1);
  assert_contains (again->err, "is running");
}

/* The calls that there are become those of the day before. */
static void
make_older (CliTest *test)
{
  g_autofree char *path = e2e_build (test->e2e, "state/mcp-sessiond/sessions.db");
  sqlite3 *db = NULL;

  e2e_kill (test->e2e);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "UPDATE call SET started_at = started_at - 86400000000", NULL, NULL, NULL),
      ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  e2e_start (test->e2e);
}

static void
test_time_whole (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"), "history", "--no-pager", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (CliRun) failed = NULL;
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *id = NULL;
  g_autofree char *screen = NULL;

  g_test_summary ("On 80 columns the time of an earlier day is whole, and other texts are cut");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{\"label\": \"a client with a long name\"}");
  failed = cli_test_run (test, NULL, "call", "--session=a client with a long name", "test__fail",
                         "text=the printer in the corner is out of paper, ink and patience", NULL);
  id = dup_newest (test, "error");
  make_older (test);
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 80, 24);
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  screen = terminal_dup_screen (terminal);
  assert_contains (screen, id);
  if (!g_regex_match_simple ("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d", screen, 0, 0))
    g_error ("No whole time is in:\n%s", screen);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/history/show", test_show);
  g_test_add_func ("/cli/history/time-whole", test_time_whole);
  g_test_add_func ("/cli/history/filters", test_filters);
  g_test_add_func ("/cli/history/follow", test_follow);
  g_test_add_func ("/cli/cancel", test_cancel);
  return g_test_run ();
}
