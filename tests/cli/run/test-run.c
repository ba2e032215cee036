/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * run: as if the command had been started without it.
 */
#include "cli-test.h"
#include "terminal.h"

#include <signal.h>
#include <string.h>

static void
test_session (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *shown = NULL;
  g_autofree char *cwd = NULL;
  g_autoptr (JsonObject) session = NULL;

  g_test_summary ("The command has a session of its own, where it is; it ends with it");
  cli_test_start_daemon (test);
  cli_test_setenv (test, "MCP_SESSION_ID", "another");
  shown = cli_test_run_ok (test, "run", "--allow=a*", "--allow=b", g_getenv ("MCP_TEST_COMMAND"),
                           "show", "--json", NULL);
  session = e2e_parse (shown);
  g_assert_cmpstr (json_object_get_string_member (session, "cwd"), ==, test->cwd);
  g_assert_cmpstr (json_object_get_string_member (session, "label"), ==, "mcp-session");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (session, "allowed_tools")),
                    ==, 2);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_environment (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *url = NULL;
  g_autofree char *token = NULL;

  g_test_summary ("Its environment has id, token and address");
  cli_test_start_daemon (test);
  url = cli_test_run_ok (test, "run", "--", "sh", "-c", "echo $MCP_SESSION_URL", NULL);
  g_assert_cmpstr (g_strchomp (url), ==,
                   json_object_get_string_member (test->e2e->discovery, "url"));
  token = cli_test_run_ok (test, "run", "sh", "-c", "echo ${#MCP_SESSION_ID} ${#MCP_SESSION_TOKEN}",
                           NULL);
  g_assert_cmpstr (token, ==, "36 32\n");
}

static void
test_status (void)
{
  static const struct
  {
    const char *script;
    int status;
  } cases[] = { { "exit 0", 0 }, { "exit 7", 7 }, { "kill -9 $$", 137 }, { "kill $$", 143 } };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) missing = NULL;
  g_autoptr (CliRun) useless = NULL;

  g_test_summary ("Its exit status is passed on");
  cli_test_start_daemon (test);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CliRun) run = cli_test_run (test, NULL, "run", "sh", "-c", cases[i].script, NULL);

      g_assert_cmpint (run->status, ==, cases[i].status);
    }
  missing = cli_test_run (test, NULL, "run", "no-such-command", NULL);
  g_assert_cmpint (missing->status, ==, 127);
  useless = cli_test_run (test, NULL, "run", "/", NULL);
  g_assert_cmpint (useless->status, ==, 126);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_streams (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("Standard streams are the command's");
  cli_test_start_daemon (test);
  run = cli_test_run (test, "in\n", "run", "sh", "-c", "cat; echo err >&2", NULL);
  g_assert_cmpstr (run->out, ==, "in\n");
  g_assert_cmpstr (run->err, ==, "err\n");
}

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
test_signals (void)
{
  static const char *const arguments[] = {
    "run", "sh", "-c", "trap 'echo got; exit 3' USR1; echo ready; while :; do sleep 0.05; done",
    NULL
  };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *ready = NULL;
  g_autofree char *got = NULL;
  gboolean exited = FALSE;

  g_test_summary ("What is sent to us reaches the command");
  cli_test_start_daemon (test);
  process = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDOUT_PIPE, arguments);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  ready = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_cmpstr (ready, ==, "ready");
  g_subprocess_send_signal (process, SIGUSR1);
  got = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_cmpstr (got, ==, "got");
  g_subprocess_wait_async (process, NULL, exited_cb, &exited);
  test_await (&exited, "the command's end");
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 3);
}

static Terminal *
open_terminal (CliTest *test, const char *const *argv)
{
  cli_test_setenv (test, "TERM", "xterm");
  cli_test_setenv (test, "PS1", "$ ");
  cli_test_setenv (test, "ENV", NULL);
  return terminal_new (argv, (const char *const *) test->environment, test->cwd, 80, 24);
}

static void
test_interrupt (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"),
                         "run",
                         "sh",
                         "-c",
                         "stty -echo; trap 'echo int; exit 5' INT; echo ready; "
                         "while :; do sleep 0.05; done",
                         NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *screen = NULL;

  g_test_summary ("Ctrl-C reaches the command once, and it alone decides what that means");
  /* No echo: the kernel sends the signal first and shows ^C then. */
  cli_test_start_daemon (test);
  terminal = open_terminal (test, argv);
  terminal_await (terminal, "ready");
  terminal_type (terminal, "\003");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 5);
  screen = terminal_dup_screen (terminal);
  g_assert_cmpstr (screen, ==, "ready\nint\n");
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_suspend (void)
{
  const char *argv[] = { "sh", "-i", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *directory = g_path_get_dirname (g_getenv ("MCP_TEST_COMMAND"));
  g_autofree char *path = g_strconcat (directory, ":", g_getenv ("PATH"), NULL);

  g_test_summary (
      "Ctrl-Z stops the command and us; fg goes on with both; the terminal is the command's");
  cli_test_start_daemon (test);
  /* By its name, as the shell repeats the line: a long path would make it two. */
  cli_test_setenv (test, "PATH", path);
  terminal = open_terminal (test, argv);
  terminal_await (terminal, "$");
  terminal_type (terminal, "mcp-session run cat; echo status=$?\n");
  terminal_type (terminal, "one\n");
  terminal_await (terminal, "one\none\n");
  terminal_type (terminal, "\032");
  terminal_await (terminal, "status=148"); /* 128 + SIGTSTP */
  terminal_await (terminal, "run cat\n$");
  terminal_type (terminal, "fg; echo again=$?\n");
  terminal_type (terminal, "two\n");
  terminal_await (terminal, "run cat\ntwo\n");
  terminal_type (terminal, "\004");
  terminal_await (terminal, "again=0");
  terminal_type (terminal, "exit\n");
  terminal_await_exit (terminal);
  g_assert_cmpuint (cli_test_count_sessions (test), ==, 0);
}

static void
test_not_stopped (void)
{
  const char *argv[] = { "sh", "-i", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *directory = g_path_get_dirname (g_getenv ("MCP_TEST_COMMAND"));
  g_autofree char *path = g_strconcat (directory, ":", g_getenv ("PATH"), NULL);

  g_test_summary ("A command that Ctrl-Z does not stop goes on, and we with it");
  cli_test_start_daemon (test);
  cli_test_setenv (test, "PATH", path);
  terminal = open_terminal (test, argv);
  terminal_await (terminal, "$");
  terminal_type (terminal,
                 "mcp-session run sh -c 'trap \"\" TSTP; echo ready; read x; echo got-$x'; "
                 "echo status=$?\n");
  terminal_await (terminal, "ready\n");
  terminal_type (terminal, "\032");
  terminal_type (terminal, "it\n");
  terminal_await (terminal, "got-it\nstatus=0\n");
  terminal_type (terminal, "exit\n");
  terminal_await_exit (terminal);
}

static void
test_fast (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *script = g_strdup_printf ("'%s' publish 1 --tool=early --state=ok; cat",
                                             g_getenv ("MCP_TEST_COMMAND"));
  const char *argv[] = {
    g_getenv ("MCP_TEST_COMMAND"), "run", "--watch", "sh", "-c", script, NULL
  };
  g_autoptr (Terminal) terminal = NULL;
  g_autofree char *screen = NULL;

  g_test_summary ("--watch misses nothing of a command that is faster; NO_COLOR is heeded, and the "
                  "width of the terminal");
  cli_test_start_daemon (test);
  cli_test_setenv (test, "NO_COLOR", "1");
  terminal = open_terminal (test, argv);
  terminal_await (terminal, "ok         early");
  terminal_type (terminal, "\004");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  screen = terminal_dup_screen (terminal);
  g_assert_true (g_str_has_prefix (screen, "ok         early"));
  g_assert_false (terminal_has_seen (terminal, "\033[3"));
}

static void
test_watch (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"),
                         "run",
                         "--watch",
                         g_getenv ("MCP_TEST_COMMAND"),
                         "publish",
                         "--lines",
                         "--tool=work",
                         NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("--watch draws bars while the command runs, and takes them away at its end");
  cli_test_start_daemon (test);
  terminal = open_terminal (test, argv);
  terminal_type (terminal, "first\n");
  terminal_await (terminal, "work  first");
  terminal_type (terminal, "\004");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/run/session", test_session);
  g_test_add_func ("/cli/run/environment", test_environment);
  g_test_add_func ("/cli/run/status", test_status);
  g_test_add_func ("/cli/run/streams", test_streams);
  g_test_add_func ("/cli/run/signals", test_signals);
  g_test_add_func ("/cli/run/interrupt", test_interrupt);
  g_test_add_func ("/cli/run/suspend", test_suspend);
  g_test_add_func ("/cli/run/not-stopped", test_not_stopped);
  g_test_add_func ("/cli/run/fast", test_fast);
  g_test_add_func ("/cli/run/watch", test_watch);
  return g_test_run ();
}
