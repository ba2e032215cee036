/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status, start, stop, restart; and what all commands that show something have in common.
 */
#include "cli-test.h"
#include "terminal.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static void
test_life (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) down = NULL;
  g_autoptr (CliRun) no_json = NULL;
  g_autoptr (CliRun) started = NULL;
  g_autoptr (CliRun) restarted = NULL;
  g_autoptr (CliRun) stopped = NULL;
  g_autoptr (CliRun) twice = NULL;
  g_autofree char *page = NULL;

  g_test_summary ("start, restart and stop do what they say, twice as well; status is 3 or 0");
  down = cli_test_run (test, NULL, "status", NULL);
  g_assert_cmpint (down->status, ==, 3);
  no_json = cli_test_run (test, NULL, "status", "--json", NULL);
  g_assert_cmpint (no_json->status, ==, 3);
  g_assert_cmpstr (no_json->out, ==, "{\"well\":false}\n");
  started = cli_test_run (test, NULL, "start", NULL);
  g_assert_cmpint (started->status, ==, 0);
  page = cli_test_run_ok (test, "status", NULL);
  assert_contains (page, "running since");
  restarted = cli_test_run (test, NULL, "restart", NULL);
  g_assert_cmpint (restarted->status, ==, 0);
  g_assert_cmpstr (restarted->err, !=, started->err);
  stopped = cli_test_run (test, NULL, "stop", NULL);
  g_assert_cmpint (stopped->status, ==, 0);
  twice = cli_test_run (test, NULL, "stop", NULL);
  g_assert_cmpint (twice->status, ==, 0);
  assert_contains (twice->err, "does not run");
}

static void
test_status (void)
{
  const char *argv[] = { "call", "test__hang", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (GSubprocess) call = NULL;
  g_autoptr (CliRun) broken = NULL;
  g_autofree char *text = NULL;
  g_autofree char *page = NULL;

  g_test_summary ("status shows what runs, with its id; a broken server makes it fail");
  cli_test_start_daemon (test);
  call = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDERR_SILENCE, argv);
  do
    {
      g_free (page);
      page = cli_test_run_ok (test, "status", NULL);
    }
  while (strstr (page, "test__hang") == NULL);
  assert_contains (page, "c-0000");
  g_subprocess_send_signal (call, SIGTERM);
  text = cli_test_run_ok (test, "status", "--json", NULL);
  json = e2e_parse (text);
  g_assert_true (json_object_get_boolean_member (json, "well"));
  g_assert_true (json_object_has_member (json, "servers"));

  g_free (cli_test_run_ok (test, "server", "add", "gone", "--", "no-such-program", NULL));
  g_free (cli_test_run_ok (test, "tools", NULL));
  broken = cli_test_run (test, NULL, "status", NULL);
  g_assert_cmpint (broken->status, ==, 1);
  assert_contains (broken->out, "no-such-program");
}

static void
test_watch (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"), "status", "--watch", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("status --watch draws the page again; q ends it");
  cli_test_start_daemon (test);
  cli_test_setenv (test, "TERM", "xterm");
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 80, 24);
  terminal_await (terminal, "Sessions: 0");
  g_free (cli_test_run_ok (test, "create", NULL));
  terminal_await (terminal, "Sessions: 1");
  terminal_type (terminal, "q");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

/* A daemon of long ago. */
static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nServer: mcp-sessiond/0.0.1\r\n"
                               "Content-Type: application/json\r\nContent-Length: 15\r\n"
                               "Connection: close\r\n\r\n{\"sessions\":[]}";
  char request[4096];

  /* Whoever looks whether the daemon is there sends nothing. */
  if (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), request,
                           sizeof request, NULL, NULL) > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer,
                               strlen (answer), NULL, NULL, NULL);
  return TRUE;
}

static void
test_other_version (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"), "list", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *directory = e2e_build (test->e2e, "run/mcp-sessiond");
  g_autofree char *path = g_build_filename (directory, "http.sock", NULL);
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("After an upgrade, a person hears that the old daemon still runs");
  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  address = g_unix_socket_address_new (path);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (service), address,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
  g_signal_connect (service, "run", G_CALLBACK (incoming_cb), NULL);
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 100, 10);
  terminal_await (terminal, "The daemon that runs is version 0.0.1");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  g_socket_service_stop (service);
}

static void
test_formats (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *yaml = NULL;
  g_autofree char *names = NULL;
  g_autofree char *fields = NULL;
  g_autofree char *json = NULL;
  g_autofree char *before = NULL;
  g_autofree char *colour = NULL;
  g_autoptr (CliRun) wrong = NULL;

  g_test_summary ("-o, --fields and --color work on both sides of the command's name");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "create", "--label=yes", NULL));
  yaml = cli_test_run_ok (test, "list", "-o", "yaml", NULL);
  assert_contains (yaml, "sessions:\n  - session_id: ");
  assert_contains (yaml, "    label: \"yes\"\n");
  fields = cli_test_run_ok (test, "list", "--fields=label,subscribers", NULL);
  g_assert_cmpstr (fields, ==, "LABEL  SUBSCRIBERS\nyes    0\n");
  json = cli_test_run_ok (test, "list", "--fields=label", "-o", "json", NULL);
  g_assert_cmpstr (json, ==, "{\"sessions\":[{\"label\":\"yes\"}]}\n");
  names = cli_test_run_ok (test, "list", "-o", "name", NULL);
  g_assert_cmpuint (strlen (names), ==, 37);
  before = cli_test_run_ok (test, "-o", "name", "list", NULL);
  g_assert_cmpstr (before, ==, names);
  g_free (before);
  before = cli_test_run_ok (test, "--fields=name", "server", "-o", "json", "list", NULL);
  g_assert_cmpstr (before, ==, "{\"servers\":[{\"name\":\"test\"}]}\n");
  colour = cli_test_run_ok (test, "--color=always", "list", NULL);
  assert_contains (colour, "\033[2mSESSION");
  wrong = cli_test_run (test, NULL, "list", "-o", "xml", NULL);
  g_assert_cmpint (wrong->status, ==, 2);
}

static void
test_pager (void)
{
  const char *argv[] = { g_getenv ("MCP_TEST_COMMAND"), "tools", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (Terminal) terminal = NULL;

  g_test_summary ("Output that is longer than the terminal goes through the pager");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "tools", NULL));
  cli_test_setenv (test, "TERM", "xterm");
  cli_test_setenv (test, "PAGER", "sed 's/^/paged: /' | head -3");
  terminal = terminal_new (argv, (const char *const *) test->environment, test->cwd, 60, 10);
  terminal_await (terminal, "paged: ");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/daemon/life", test_life);
  g_test_add_func ("/cli/status/page", test_status);
  g_test_add_func ("/cli/status/watch", test_watch);
  g_test_add_func ("/cli/daemon/other-version", test_other_version);
  g_test_add_func ("/cli/output/formats", test_formats);
  g_test_add_func ("/cli/output/pager", test_pager);
  return g_test_run ();
}
