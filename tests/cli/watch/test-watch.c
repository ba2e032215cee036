/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * watch: on a terminal and elsewhere.
 */
#include "cli-test.h"
#include "terminal.h"

#include <signal.h>
#include <string.h>

static Terminal *
open_watch (CliTest *test, const char *session, guint columns)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"), "watch", session, NULL };

  cli_test_setenv (test, "TERM", "xterm");
  return terminal_new (argv, (const char *const *) test->environment, test->cwd, columns, 10);
}

/* A watcher has no greeting: it is there when the session counts it. */
static void
await_watchers (CliTest *test, const char *session_id, guint n_watchers)
{
  g_autofree char *path = g_strconcat ("unix:/session/", session_id, NULL);

  for (;;)
    {
      g_autoptr (JsonObject) session = e2e_http_json (test->e2e, "GET", path, NULL, NULL);

      if (json_object_get_int_member (session, "subscribers") == n_watchers)
        return;
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
publish (CliTest *test, const char *session_id, const char *event)
{
  g_autofree char *path = g_strdup_printf ("unix:/session/%s/progress", session_id);
  guint status;

  g_free (e2e_http (test->e2e, "POST", path, NULL, event, &status));
  g_assert_cmpuint (status, ==, 202);
}

static void
test_bars (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *screen = NULL;
  const char *id;

  g_test_summary ("A bar for each call is drawn in place; finished ones scroll up above");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{}");
  id = json_object_get_string_member (session, "session_id");
  terminal = open_watch (test, id, 60);
  await_watchers (test, id, 1);

  publish (
      test, id,
      "{\"call_id\":\"1\",\"tool\":\"one\",\"progress\":5,\"total\":10,\"state\":\"running\"}");
  publish (
      test, id,
      "{\"call_id\":\"2\",\"tool\":\"two\",\"progress\":1,\"total\":4,\"message\":\"第\\u001b[2J\",\"state\":\"running\"}");
  terminal_await (terminal, "two  第 [2J");
  terminal_await (terminal, "  ███████░░░░░░░  50%");
  publish (test, id, "{\"call_id\":\"1\",\"progress\":10,\"total\":10,\"state\":\"error\"}");
  terminal_await (terminal, "error      one\ntwo  第 [2J");
  g_assert_true (terminal_has_seen (terminal, "\033[31merror"));

  terminal_type (terminal, "\003");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 128 + SIGINT);
  screen = terminal_dup_screen (terminal);
  g_assert_true (g_str_has_prefix (screen, "error      one\n"));
  g_assert_null (strstr (screen, "two"));
}

static void
test_resize (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;
  const char *id;

  g_test_summary (
      "A terminal that becomes narrower gets shorter lines at once; NO_COLOR is heeded");
  cli_test_start_daemon (test);
  cli_test_setenv (test, "NO_COLOR", "1");
  session = e2e_create_session (test->e2e, "{}");
  id = json_object_get_string_member (session, "session_id");
  terminal = open_watch (test, id, 70);
  await_watchers (test, id, 1);
  publish (
      test, id,
      "{\"call_id\":\"1\",\"tool\":\"a-long-name\",\"progress\":1,\"total\":2,\"state\":\"running\"}");
  terminal_await (terminal, "░  50%");
  terminal_resize (terminal, 20, 10);
  terminal_await (terminal, "a-long-name     50%\n");
  g_assert_false (terminal_has_seen (terminal, "\033[32m"));
}

static void
test_suspend (void)
{
  static const char *const argv[] = { "sh", "-i", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *directory = g_path_get_dirname (g_getenv ("MCP_TEST_COMMAND"));
  g_autofree char *path = g_strconcat (directory, ":", g_getenv ("PATH"), NULL);
  const char *id;

  g_test_summary (
      "Ctrl-Z stops it and leaves the screen to the shell; fg draws the bars again, with "
      "the events of the meantime, in the width that the terminal has then");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{\"label\": \"w\"}");
  id = json_object_get_string_member (session, "session_id");
  cli_test_setenv (test, "PATH", path);
  cli_test_setenv (test, "TERM", "xterm");
  cli_test_setenv (test, "NO_COLOR", "1");
  cli_test_setenv (test, "PS1", "$ ");
  cli_test_setenv (test, "ENV", NULL);
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 60, 20);
  terminal_await (terminal, "$");
  terminal_type (terminal, "mcp-session watch w\n");
  await_watchers (test, id, 1);
  publish (test, id,
           "{\"call_id\":\"1\",\"tool\":\"one\",\"progress\":1,\"total\":4,\"state\":\"running\"}");
  terminal_await (terminal, "  25%");
  terminal_type (terminal, "\032");
  terminal_await (terminal, "Stopped");
  terminal_resize (terminal, 24, 20);
  publish (test, id, "{\"call_id\":\"1\",\"progress\":3,\"total\":4,\"state\":\"running\"}");
  publish (test, id, "{\"call_id\":\"2\",\"tool\":\"two\",\"progress\":1,\"state\":\"ok\"}");
  terminal_type (terminal, "fg\n");
  terminal_await (terminal, "ok         two");
  terminal_await (terminal, "one                 75%\n");
  terminal_type (terminal, "\003");
  /* Until then, watch reads what is typed. */
  await_watchers (test, id, 0);
  terminal_await (terminal, "\n$");
  terminal_type (terminal, "\nexit\n");
  terminal_await_exit (terminal);
}

static void
test_keys (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  const char *argv[] = { "call", "test__hang", NULL };
  g_autoptr (GSubprocess) first = NULL;
  g_autoptr (GSubprocess) second = NULL;

  g_test_summary (
      "Arrows choose a call, Enter shows all of it, c cancels it, q ends, ? lists the keys");
  cli_test_start_daemon (test);
  terminal = open_watch (test, NULL, 70);
  terminal_await (terminal, "no tool is running");
  terminal_type (terminal, "?");
  terminal_await (terminal, "Arrow keys: choose a call");
  first = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDERR_SILENCE, argv);
  terminal_await (terminal, "test__hang");
  second = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDERR_SILENCE, argv);
  terminal_type (terminal, "\033[A");
  terminal_await (terminal, "> ");
  terminal_type (terminal, "\r");
  terminal_await (terminal, "    Tool: test__hang");
  terminal_type (terminal, "c");
  terminal_await (terminal, "cancelled");
  terminal_type (terminal, "q");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  g_subprocess_send_signal (first, SIGTERM);
  g_subprocess_send_signal (second, SIGTERM);
  g_subprocess_wait (first, NULL, NULL);
  g_subprocess_wait (second, NULL, NULL);
}

static void
test_all (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("Without a name it is all sessions, each by its label, those made later too");
  cli_test_start_daemon (test);
  before = e2e_create_session (test->e2e, "{\"label\": \"before\"}");
  terminal = open_watch (test, NULL, 70);
  /* Nothing tells when it is there; what is published again and again is seen then. */
  while (!terminal_has_seen (terminal, "before: first"))
    publish (test, json_object_get_string_member (before, "session_id"),
             "{\"call_id\":\"1\",\"tool\":\"first\",\"progress\":1,\"state\":\"running\"}");
  after = e2e_create_session (test->e2e, "{\"label\": \"after\"}");
  publish (test, json_object_get_string_member (after, "session_id"),
           "{\"call_id\":\"2\",\"tool\":\"second\",\"progress\":1,\"state\":\"running\"}");
  terminal_await (terminal, "after: second");
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static char *
read_line (GDataInputStream *stream)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (stream, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

static void
test_json (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) event = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  const char *arguments[] = { "watch", "--json", NULL, NULL };

  g_test_summary ("--json prints each event as it came, and ends with the session");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{}");
  arguments[2] = json_object_get_string_member (session, "session_id");
  process = cli_test_spawn (
      test, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, arguments);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  await_watchers (test, arguments[2], 1);

  publish (test, arguments[2], "{\"progress\":12345678901234567,\"tool\":\"a\\\"b\"}");
  first = read_line (out);
  event = e2e_parse (first);
  g_assert_cmpstr (json_object_get_string_member (event, "tool"), ==, "a\"b");
  g_free (cli_test_run_ok (test, "close", arguments[2], NULL));
  last = read_line (out);
  g_assert_cmpstr (last, ==, "{\"event\":\"closed\",\"reason\":\"closed\"}");
  g_assert_null (read_line (out));
}

static void
test_lines (void)
{
  static const char *const arguments[] = { "watch", "here", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *line = NULL;
  const char *id;

  g_test_summary ("Where there is no terminal, each event is a plain line");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{\"label\": \"here\"}");
  id = json_object_get_string_member (session, "session_id");
  process = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDOUT_PIPE, arguments);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  await_watchers (test, id, 1);
  publish (test, id,
           "{\"progress\":2,\"total\":4,\"tool\":\"t\",\"message\":\"m\",\"state\":\"running\"}");
  line = read_line (out);
  g_assert_true (g_str_has_suffix (line, "  t  running  2/4  m"));
  g_assert_null (strchr (line, '\033'));
}

static void
test_restart (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;
  const char *id;

  g_test_summary ("watch waits for a daemon that is started again, and goes on");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{}");
  id = json_object_get_string_member (session, "session_id");
  terminal = open_watch (test, id, 70);
  await_watchers (test, id, 1);
  publish (test, id, "{\"call_id\":\"1\",\"tool\":\"old\",\"progress\":1,\"state\":\"ok\"}");
  terminal_await (terminal, "ok         old");

  g_subprocess_send_signal (test->e2e->process, SIGTERM);
  g_assert_cmpint (e2e_await_exit (test->e2e), ==, 0);
  terminal_await (terminal, "waiting until it is back");
  e2e_start (test->e2e);
  terminal_await (terminal, "The daemon is back");
  await_watchers (test, id, 1);
  publish (test, id, "{\"call_id\":\"2\",\"tool\":\"new\",\"progress\":1,\"state\":\"ok\"}");
  terminal_await (terminal, "ok         new");
}

static void
test_label_after_restart (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("After a restart of the daemon, sessions have their labels");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{\"label\": \"kept\"}");
  terminal = open_watch (test, NULL, 70);
  terminal_await (terminal, "1 session; no tool is running");
  g_subprocess_send_signal (test->e2e->process, SIGTERM);
  g_assert_cmpint (e2e_await_exit (test->e2e), ==, 0);
  terminal_await (terminal, "waiting until it is back");
  e2e_start (test->e2e);
  terminal_await (terminal, "The daemon is back");
  publish (test, json_object_get_string_member (session, "session_id"),
           "{\"call_id\":\"1\",\"tool\":\"new\",\"progress\":1,\"state\":\"ok\"}");
  terminal_await (terminal, "ok         kept: new");
}

static void
test_no_erased_screens (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (Terminal) terminal = NULL;
  const char *id;

  g_test_summary ("Rows are erased one by one: an erased screen stays in tmux' history");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{}");
  id = json_object_get_string_member (session, "session_id");
  terminal = open_watch (test, id, 60);
  await_watchers (test, id, 1);
  publish (test, id, "{\"call_id\":\"1\",\"tool\":\"one\",\"progress\":1,\"state\":\"running\"}");
  publish (test, id, "{\"call_id\":\"2\",\"tool\":\"two\",\"progress\":1,\"state\":\"running\"}");
  terminal_await (terminal, "two");
  publish (test, id, "{\"call_id\":\"1\",\"progress\":2,\"state\":\"ok\"}");
  publish (test, id, "{\"call_id\":\"2\",\"progress\":2,\"state\":\"ok\"}");
  terminal_await (terminal, "ok         one\nok         two\nNo tool is running\n");
  g_assert_false (terminal_has_seen (terminal, "\033[J"));
  g_assert_true (terminal_has_seen (terminal, "\033[K"));
}

static void
test_closed_pipe (void)
{
  static const char *const modes[] = { NULL, "--json" };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("It ends at once when nobody reads its output any more");
  cli_test_start_daemon (test);
  session = e2e_create_session (test->e2e, "{\"label\": \"here\"}");
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      const char *const arguments[] = { "watch", "here", modes[i], NULL };
      g_autoptr (GSubprocess) process = cli_test_spawn (
          test, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, arguments);
      gboolean exited = FALSE;

      await_watchers (test, json_object_get_string_member (session, "session_id"), 1);
      g_input_stream_close (g_subprocess_get_stdout_pipe (process), NULL, NULL);
      g_subprocess_wait_async (process, NULL, exited_cb, &exited);
      test_await (&exited, "the end of the command");
      g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 128 + SIGPIPE);
    }
}

static void
test_unknown (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("A session that is not there is an error");
  cli_test_start_daemon (test);
  run = cli_test_run (test, NULL, "watch", "nothing", NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->err, "mcp-session list"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/watch/bars", test_bars);
  g_test_add_func ("/cli/watch/resize", test_resize);
  g_test_add_func ("/cli/watch/suspend", test_suspend);
  g_test_add_func ("/cli/watch/keys", test_keys);
  g_test_add_func ("/cli/watch/all", test_all);
  g_test_add_func ("/cli/watch/json", test_json);
  g_test_add_func ("/cli/watch/lines", test_lines);
  g_test_add_func ("/cli/watch/restart", test_restart);
  g_test_add_func ("/cli/watch/label-after-restart", test_label_after_restart);
  g_test_add_func ("/cli/watch/no-erased-screens", test_no_erased_screens);
  g_test_add_func ("/cli/watch/closed-pipe", test_closed_pipe);
  g_test_add_func ("/cli/watch/unknown", test_unknown);
  return g_test_run ();
}
