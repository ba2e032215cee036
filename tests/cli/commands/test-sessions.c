/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * create, list, show, close.
 */
#include "cli-test.h"

#include <signal.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static void
test_create (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *answer = NULL;
  g_autofree char *list = NULL;
  g_autofree char *route = NULL;
  g_autoptr (JsonObject) session = NULL;
  guint status;

  g_test_summary ("create --json prints the daemon's answer; the session is where the command is");
  cli_test_start_daemon (test);
  answer = cli_test_run_ok (test, "create", "--json", "--label=two words", "--allow=a*", NULL);
  session = e2e_parse (answer);
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, test->cwd);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "two words");
  g_assert_cmpuint (strlen (json_object_get_string_member (session, "token")), ==, 32);

  list = cli_test_run_ok (test, "list", "--json", NULL);
  route = e2e_http (test->e2e, "GET", "unix:/session", NULL, NULL, &status);
  g_assert_cmpstr (g_strchomp (list), ==, route);
}

static void
test_export (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *script = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("What create --export prints makes a shell's commands use the session");
  cli_test_start_daemon (test);
  script = cli_test_run_ok (test, "create", "--export", NULL);
  assert_contains (script, "export MCP_SESSION_ID=");
  assert_contains (script, "export MCP_SESSION_TOKEN=");
  expected = g_strdup_printf ("export MCP_SESSION_URL='%s'",
                              json_object_get_string_member (test->e2e->discovery, "url"));
  assert_contains (script, expected);
}

static void
test_ended_environment (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("A session that has ended and is still in the environment is named as the cause");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{}");
  g_free (cli_test_run_ok (test, "close", NULL));
  run = cli_test_run (test, NULL, "tools", NULL);
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->err, "unset MCP_SESSION_ID");
}

static void
test_habits (void)
{
  static const char *const typos[][3] = {
    { "lst", NULL, "did you mean “list”" },
    { "histroy", NULL, "did you mean “history”" },
    { "server", "lst", "did you mean “list”" },
    { "server", "frobnicate", "add, " },
  };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) bare = NULL;
  g_autoptr (CliRun) posix = NULL;
  g_autofree char *help = NULL;

  g_test_summary ("Typos get a suggestion, help has a topic, and a plain locale plain quotes");
  for (gsize i = 0; i < G_N_ELEMENTS (typos); i++)
    {
      g_autoptr (CliRun) run = cli_test_run (test, NULL, typos[i][0], typos[i][1], NULL);

      g_assert_cmpint (run->status, ==, 2);
      assert_contains (run->err, typos[i][2]);
    }
  bare = cli_test_run (test, NULL, NULL);
  g_assert_cmpint (bare->status, ==, 0);
  assert_contains (bare->out, "Commands:");
  help = cli_test_run_ok (test, "help", "history", NULL);
  assert_contains (help, "--state");
  cli_test_setenv (test, "LC_ALL", "POSIX");
  posix = cli_test_run (test, NULL, "lst", NULL);
  assert_contains (posix->err, "There is no command \"lst\"; did you mean \"list\"?");
}

static void
test_names (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) one = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autofree char *prefix = NULL;
  g_autofree char *by_label = NULL;
  g_autofree char *by_prefix = NULL;
  g_autoptr (CliRun) ambiguous = NULL;
  g_autoptr (CliRun) unknown = NULL;

  g_test_summary ("A session is named by its id, the beginning of it, or its label");
  cli_test_start_daemon (test);
  one = e2e_create_session (test->e2e, "{\"label\": \"same\"}");
  other = e2e_create_session (test->e2e, "{\"label\": \"same\"}");
  prefix = g_strndup (json_object_get_string_member (one, "session_id"), 18);
  by_prefix = cli_test_run_ok (test, "show", prefix, "--json", NULL);
  assert_contains (by_prefix, json_object_get_string_member (one, "session_id"));

  ambiguous = cli_test_run (test, NULL, "show", "same", NULL);
  g_assert_cmpint (ambiguous->status, ==, 1);
  assert_contains (ambiguous->err, "several");
  unknown = cli_test_run (test, NULL, "close", "nobody", NULL);
  g_assert_cmpint (unknown->status, ==, 1);
  assert_contains (unknown->err, "mcp-session list");

  g_free (
      cli_test_run_ok (test, "close", json_object_get_string_member (other, "session_id"), NULL));
  by_label = cli_test_run_ok (test, "show", "same", NULL);
  assert_contains (by_label, json_object_get_string_member (one, "session_id"));
  g_free (cli_test_run_ok (test, "close", "same", NULL));
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_environment (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (CliRun) ended = NULL;
  g_autoptr (CliRun) without = NULL;
  g_autofree char *shown = NULL;

  g_test_summary ("Without a name, it is the session of the environment");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{\"cwd\": \"/\"}");
  shown = cli_test_run_ok (test, "show", NULL);
  assert_contains (shown, "Directory:     /\n");
  g_free (cli_test_run_ok (test, "close", NULL));
  ended = cli_test_run (test, NULL, "show", NULL);
  g_assert_cmpint (ended->status, ==, 1);

  cli_test_setenv (test, "MCP_SESSION_ID", NULL);
  without = cli_test_run (test, NULL, "show", NULL);
  g_assert_cmpint (without->status, ==, 1);
  assert_contains (without->err, "MCP_SESSION_ID");
}

static void
test_unsafe_text (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("Labels that would control the terminal do not");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e,
                                "{\"label\": \"a\\u001b[31mb\\u202ec\\u0085d\", \"cwd\": \"/\"}");
  list = cli_test_run_ok (test, "list", NULL);
  assert_contains (list, "  a [31mbc d  ");
}

static void
test_starts_daemon (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) first = NULL;
  g_autoptr (CliRun) second = NULL;
  pid_t pid;

  g_test_summary ("A daemon that does not run is started, which is said on standard error");
  first = cli_test_run (test, NULL, "list", "--json", NULL);
  g_assert_cmpint (first->status, ==, 0);
  g_assert_cmpstr (first->out, ==, "{\"sessions\":[]}\n");
  assert_contains (first->err, "starting it");
  second = cli_test_run (test, NULL, "list", "--json", NULL);
  g_assert_cmpstr (second->err, ==, "");

  e2e_read_discovery (test->e2e);
  pid = (pid_t) json_object_get_int_member (test->e2e->discovery, "pid");
  kill (pid, SIGTERM);
  e2e_await_process_end (pid);
}

static void
test_no_daemon (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) missing = NULL;
  g_autoptr (CliRun) broken = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A daemon that cannot be started is an error that says why");
  cli_test_setenv (test, "MCP_SESSIOND_PATH", "/nonexistent/daemon");
  missing = cli_test_run (test, NULL, "list", NULL);
  g_assert_cmpint (missing->status, ==, 1);
  assert_contains (missing->err, "/nonexistent/daemon");

  path = test_dir_write (test->e2e->dir, "broken", "#!/bin/sh\necho no luck >&2\nexit 1\n", 0700);
  cli_test_setenv (test, "MCP_SESSIOND_PATH", path);
  broken = cli_test_run (test, NULL, "list", NULL);
  g_assert_cmpint (broken->status, ==, 1);
  assert_contains (broken->err, "no luck");
}

static void
test_usage (void)
{
  static const char *const wrong[][3] = {
    { "nonsense", NULL },
    { "show", "a", "b" },
    { "create", "--nonsense", NULL },
    { "create", "--idle=-7", NULL },
    { "call", NULL },
    { "call", "tool", "word" },
    { "publish", NULL },
    { "publish", "much", NULL },
    { "publish", "1", "--lines" },
  };
  static const char *const commands[] = { "create",  "list",  "show", "close",
                                          "publish", "tools", "call" };
  g_autoptr (CliTest) test = cli_test_new ();

  g_test_summary ("What cannot be understood exits with 2 before anything is done; --help helps");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (CliRun) result =
          cli_test_run (test, NULL, wrong[i][0], wrong[i][1], wrong[i][2], NULL);

      g_assert_cmpint (result->status, ==, 2);
      g_assert_cmpstr (result->out, ==, "");
      assert_contains (result->err, "--help");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *help = cli_test_run_ok (test, commands[i], "--help", NULL);

      assert_contains (help, commands[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/sessions/create", test_create);
  g_test_add_func ("/cli/sessions/export", test_export);
  g_test_add_func ("/cli/sessions/names", test_names);
  g_test_add_func ("/cli/sessions/ended-environment", test_ended_environment);
  g_test_add_func ("/cli/sessions/habits", test_habits);
  g_test_add_func ("/cli/sessions/environment", test_environment);
  g_test_add_func ("/cli/sessions/unsafe-text", test_unsafe_text);
  g_test_add_func ("/cli/sessions/starts-daemon", test_starts_daemon);
  g_test_add_func ("/cli/sessions/no-daemon", test_no_daemon);
  g_test_add_func ("/cli/sessions/usage", test_usage);
  return g_test_run ();
}
