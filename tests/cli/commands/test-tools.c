/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * tools, call, publish.
 */
#include "cli-test.h"
#include "terminal.h"

#include <signal.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static void
test_tools (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *all = NULL;
  g_autofree char *few = NULL;

  g_test_summary ("tools lists what the session may use; one made for it ends with it");
  cli_test_start_daemon (test);
  all = cli_test_run_ok (test, "tools", NULL);
  assert_contains (all, "test__echo");
  assert_contains (all, "test__count");
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);

  session = cli_test_create_session (test, "{\"allowed_tools\": [\"test__echo\"]}");
  few = cli_test_run_ok (test, "tools", "--json", NULL);
  g_assert_true (g_str_has_prefix (few, "{\"tools\":[{\"name\":\"test__echo\""));
  g_assert_null (strstr (few, "test__count"));
}

static void
test_silent_server (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) tools = NULL;

  g_test_summary ("Who lists tools while a server is silent hears that its tools are missing");
  g_free (cli_test_run_ok (test, "server", "add", "slow", "--", g_getenv ("MCP_TEST_SERVER"),
                           "--silent-start", NULL));
  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp-sessiond.conf",
                          "[Calls]\nListSeconds=1\n", 0600));
  cli_test_start_daemon (test);
  tools = cli_test_run (test, NULL, "tools", NULL);
  assert_contains (tools->out, "test__echo");
  assert_contains (tools->err, "“slow” has not told its tools yet");
  assert_contains (tools->err, "mcp-session server test slow");
}

static void
test_call (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *words = NULL;
  g_autofree char *object = NULL;
  g_autofree char *where = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("A value is JSON where it parses as JSON, else text; the tool runs where we are");
  cli_test_start_daemon (test);
  words = cli_test_run_ok (test, "call", "test__echo", "a=1", "b=one", "c=[null]", "d=x=y",
                           "e=\"1\"", "f=", NULL);
  g_assert_cmpstr (words, ==,
                   "{\"a\":1,\"b\":\"one\",\"c\":[null],\"d\":\"x=y\",\"e\":\"1\",\"f\":\"\"}\n");
  object = cli_test_run_ok (test, "call", "test__echo", "--arguments={\"a\": {}}", NULL);
  g_assert_cmpstr (object, ==, "{\"a\":{}}\n");
  where = cli_test_run_ok (test, "call", "test__cwd", NULL);
  g_assert_cmpstr (g_strchomp (where), ==, test->cwd);
  json = cli_test_run_ok (test, "call", "test__echo", "--json", NULL);
  assert_contains (json, "\"content\":[{");
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_hints (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) misspelt = NULL;
  g_autoptr (CliRun) wrong = NULL;
  g_autofree char *found = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *of_server = NULL;
  g_autofree char *names = NULL;
  g_autofree char *cost = NULL;

  g_test_summary (
      "Tools are found by a text and shown one by one; a name nearly right is suggested");
  cli_test_start_daemon (test);
  found = cli_test_run_ok (test, "tools", "--search=CWD", NULL);
  assert_contains (found, "test__cwd");
  g_assert_null (strstr (found, "test__echo"));
  names = cli_test_run_ok (test, "tools", "--search=CWD", "-o", "name", NULL);
  g_assert_cmpstr (names, ==, "test__cwd\n");
  cost = cli_test_run_ok (test, "tools", "--cost", NULL);
  assert_contains (cost, "TOKENS");
  assert_contains (cost, "\nSERVER  TOKENS\ntest  ");
  of_server = cli_test_run_ok (test, "tools", "--server=other", NULL);
  g_assert_cmpstr (of_server, ==, "");
  shown = cli_test_run_ok (test, "tools", "show", "test__echo", NULL);
  assert_contains (shown, "mcp-session call test__echo");
  misspelt = cli_test_run (test, NULL, "call", "test__ecoh", "a=1", NULL);
  g_assert_cmpint (misspelt->status, ==, 1);
  assert_contains (misspelt->err, "Did you mean “test__echo”?");
  wrong = cli_test_run (test, NULL, "tools", "show", "test__ecoh", NULL);
  g_assert_cmpint (wrong->status, ==, 1);
  assert_contains (wrong->err, "did you mean “test__echo”?");
}

static void
test_call_failures (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) failed = NULL;
  g_autoptr (CliRun) refused = NULL;
  g_autoptr (CliRun) unknown = NULL;

  g_test_summary ("A tool that fails is exit status 1, with its words on standard error");
  cli_test_start_daemon (test);
  failed = cli_test_run (test, NULL, "call", "test__fail", "text=out of paper", NULL);
  g_assert_cmpint (failed->status, ==, 1);
  g_assert_cmpstr (failed->out, ==, "");
  g_assert_cmpstr (failed->err, ==, "out of paper\n");
  refused = cli_test_run (test, NULL, "call", "test__error", NULL);
  g_assert_cmpint (refused->status, ==, 1);
  unknown = cli_test_run (test, NULL, "call", "nothing", NULL);
  g_assert_cmpint (unknown->status, ==, 1);
  assert_contains (unknown->err, "nothing");
}

static void
test_call_progress (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"),
                         "call",
                         "test__count",
                         "steps=2",
                         "delay_ms=150",
                         "message=page",
                         NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *screen = NULL;

  g_test_summary ("On a terminal, progress is shown in one line, which the answer replaces");
  cli_test_start_daemon (test);
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 60, 10);
  terminal_await (terminal, " 50% test__count: page");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  screen = terminal_dup_screen (terminal);
  g_assert_cmpstr (screen, ==, "counted to 2\n");
}

/* OSC (window title), CSI, a C1 control, an override of the direction. */
#define NASTY "a\033]0;title\007b\033[2Jc\302\2332Jd\342\200\256e\tf\ng"

static void
test_call_escapes (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *arguments = g_strdup_printf ("text=%s", NASTY);
  const char *command = g_getenv ("MCP_TEST_COMMAND");
  const char *fine[] = { command, "call", "-q", "test__say", arguments, NULL };
  const char *failed[] = { command, "call", "-q", "test__fail", arguments, NULL };
  const char *raw[] = { command, "call", "-q", "--raw", "test__fail", arguments, NULL };
  const char *json[] = { command, "call", "-q", "--json", "test__fail", arguments, NULL };
  const struct
  {
    const char *const *argv;
    gboolean is_raw;
  } cases[] = { { fine, FALSE }, { failed, FALSE }, { raw, TRUE }, { json, FALSE } };
  g_autoptr (CliRun) piped = NULL;

  g_test_summary ("A terminal shows a tool's control characters and does not obey them");
  cli_test_start_daemon (test);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Terminal) terminal =
          terminal_new (cases[i].argv, (const char *const *) test->environment, test->cwd, 80, 10);

      terminal_await_exit (terminal);
      g_assert_cmpint (terminal_has_seen (terminal, "\033]0;"), ==, cases[i].is_raw);
      g_assert_cmpint (terminal_has_seen (terminal, "\302\233"), ==, cases[i].is_raw);
      g_assert_cmpint (terminal_has_seen (terminal, "\342\200\256"), ==, cases[i].is_raw);
    }
  piped = cli_test_run (test, NULL, "call", "test__fail", arguments, NULL);
  g_assert_cmpstr (piped->err, ==, NASTY "\n");
}

static void
test_call_as_owner (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *where = NULL;

  g_test_summary ("A session that is named is called in without its token");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{\"cwd\": \"/\", \"label\": \"root\"}");
  where = cli_test_run_ok (test, "call", "--session=root", "test__cwd", NULL);
  g_assert_cmpstr (where, ==, "/\n");
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 1);
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

#define N_COMMANDS 4

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  guint *n_left = user_data;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &out, &err, NULL);
  g_test_message ("%s%s", out, err);
  g_assert_cmpint (g_subprocess_get_exit_status (G_SUBPROCESS (source)), ==, 0);
  (*n_left)--;
}

static void
test_side_by_side (void)
{
  static const char *const call[] = { "call", "test__count", "steps=3", "delay_ms=100", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *list = NULL;
  guint n_left = N_COMMANDS;

  g_test_summary ("Commands of one session run side by side, and each gets its own answer");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{}");
  for (guint i = 0; i < N_COMMANDS; i++)
    {
      g_autoptr (GSubprocess) process = cli_test_spawn (
          test, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, call);

      g_subprocess_communicate_utf8_async (process, NULL, NULL, communicated_cb, &n_left);
    }
  list = cli_test_run_ok (test, "tools", NULL);
  assert_contains (list, "test__count");
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_interrupted (void)
{
  static const char *const arguments[] = { "call", "test__hang", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autoptr (E2eEvent) start = NULL;
  g_autoptr (GDataInputStream) errors = NULL;
  g_autofree char *line = NULL;
  gboolean exited = FALSE;

  g_test_summary ("A call that is interrupted is cancelled, says so, and leaves no session");
  cli_test_start_daemon (test);
  events = e2e_stream (test->e2e, "GET", "unix:/events", NULL, NULL);
  process = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDERR_PIPE, arguments);
  do
    {
      g_clear_pointer (&start, e2e_event_free);
      start = e2e_next_event (events);
    }
  while (strstr (start->data, "\"state\":\"running\"") == NULL);

  g_subprocess_send_signal (process, SIGINT);
  g_subprocess_wait_async (process, NULL, exited_cb, &exited);
  test_await (&exited, "the command's end");
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 128 + SIGINT);
  errors = g_data_input_stream_new (g_subprocess_get_stderr_pipe (process));
  line = g_data_input_stream_read_line (errors, NULL, NULL, NULL);
  g_assert_cmpstr (line, ==, "mcp-session: Cancelled");
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
assert_event (GDataInputStream *events, const char *expected)
{
  g_autoptr (E2eEvent) event = e2e_next_event (events);
  g_autoptr (JsonObject) object = e2e_parse (event->data);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_object_remove_member (object, "timestamp");
  json_object_remove_member (object, "call_id");
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_publish (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GDataInputStream) events = NULL;
  g_autofree char *path = NULL;
  g_autoptr (CliRun) tee = NULL;
  g_autoptr (CliRun) percent = NULL;

  g_test_summary ("publish reaches watchers, by one event or by the lines of a program");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{}");
  path = g_strdup_printf ("unix:/session/%s/events",
                          json_object_get_string_member (session, "session_id"));
  events = e2e_stream (test->e2e, "GET", path, NULL, NULL);

  g_free (cli_test_run_ok (test, "publish", "2.5", "--total=10", "-m", "page", "--tool=t", NULL));
  assert_event (events,
                "{\"token\":0,\"progress\":2.5,\"total\":10,\"message\":\"page\",\"tool\":\"t\"}");

  tee = cli_test_run (test, "one\n\ntwo", "publish", "--lines", "--tee", NULL);
  g_assert_cmpstr (tee->out, ==, "one\n\ntwo");
  assert_event (events, "{\"token\":0,\"progress\":0,\"state\":\"running\"}");
  assert_event (events, "{\"token\":0,\"progress\":1,\"message\":\"one\",\"state\":\"running\"}");
  assert_event (events, "{\"token\":0,\"progress\":2,\"message\":\"two\",\"state\":\"running\"}");
  assert_event (events, "{\"token\":0,\"progress\":2,\"state\":\"ok\"}");

  percent =
      cli_test_run (test, " 5%\r50.5 %\nnone\n", "publish", "--percent", "--state=error", NULL);
  g_assert_cmpint (percent->status, ==, 0);
  assert_event (events, "{\"token\":0,\"progress\":0,\"total\":100,\"state\":\"running\"}");
  assert_event (
      events,
      "{\"token\":0,\"progress\":5,\"total\":100,\"message\":\"5%\",\"state\":\"running\"}");
  assert_event (
      events,
      "{\"token\":0,\"progress\":50.5,\"total\":100,\"message\":\"50.5 %\",\"state\":\"running\"}");
  assert_event (
      events,
      "{\"token\":0,\"progress\":50.5,\"total\":100,\"message\":\"none\",\"state\":\"running\"}");
  assert_event (events, "{\"token\":0,\"progress\":50.5,\"total\":100,\"state\":\"error\"}");
}

static void
test_publish_nowhere (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) none = NULL;
  g_autoptr (CliRun) ended = NULL;

  g_test_summary ("Without a session, publish says what to do; lines are passed on all the same");
  cli_test_start_daemon (test);
  none = cli_test_run (test, NULL, "publish", "1", NULL);
  g_assert_cmpint (none->status, ==, 1);
  assert_contains (none->err, "mcp-session run");

  cli_test_setenv (test, "MCP_SESSION_ID", "00000000-0000-4000-8000-000000000000");
  ended = cli_test_run (test, "a\nb\n", "publish", "--lines", "--tee", NULL);
  g_assert_cmpint (ended->status, ==, 1);
  g_assert_cmpstr (ended->out, ==, "a\nb\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/tools/list", test_tools);
  g_test_add_func ("/cli/tools/silent-server", test_silent_server);
  g_test_add_func ("/cli/tools/call", test_call);
  g_test_add_func ("/cli/tools/hints", test_hints);
  g_test_add_func ("/cli/tools/failures", test_call_failures);
  g_test_add_func ("/cli/tools/progress", test_call_progress);
  g_test_add_func ("/cli/tools/escapes", test_call_escapes);
  g_test_add_func ("/cli/tools/owner", test_call_as_owner);
  g_test_add_func ("/cli/tools/side-by-side", test_side_by_side);
  g_test_add_func ("/cli/tools/interrupted", test_interrupted);
  g_test_add_func ("/cli/tools/publish", test_publish);
  g_test_add_func ("/cli/tools/publish-nowhere", test_publish_nowhere);
  return g_test_run ();
}
