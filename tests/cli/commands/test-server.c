/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server, and history.
 */
#include "cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static char *
read_config (CliTest *test)
{
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_edit (void)
{
  static const char before[] =
      "{\n  \"unknown\": 12345678901234567890,\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\", \"mine\": []}\n  }\n}\n";
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path =
      test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", before, 0640);
  g_autofree char *added = NULL;
  g_autofree char *removed = NULL;
  g_autoptr (CliRun) again = NULL;
  GStatBuf info;

  g_test_summary ("A server is added and removed; all else in the file, and its mode, stays");
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_free (cli_test_run_ok (test, "server", "add", "b", "--env", "K=v=w", "--scope=cwd", "--", "npx",
                           "-y", "${cwd}", NULL));
  added = read_config (test);
  g_assert_cmpstr (
      added, ==,
      "{\n  \"unknown\": 12345678901234567890,\n  \"mcpServers\": {\n"
      "    \"a\": {\"command\": \"x\", \"mine\": []},\n"
      "    \"b\": {\n      \"command\": \"npx\",\n      \"args\": [\"-y\", \"${cwd}\"],\n"
      "      \"env\": {\n        \"K\": \"v=w\"\n      },\n      \"scope\": \"cwd\"\n    }\n  }\n}\n");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);

  again = cli_test_run (test, NULL, "server", "add", "b", "other", NULL);
  g_assert_cmpint (again->status, ==, 1);
  assert_contains (again->err, "--replace");
  g_free (cli_test_run_ok (test, "server", "remove", "b", NULL));
  removed = read_config (test);
  g_assert_cmpstr (removed, ==, before);
}

static void
test_new_file (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autofree char *text = NULL;
  g_autofree char *list = NULL;
  GStatBuf info;

  g_test_summary (
      "The first server makes the file, for its owner alone; the daemon uses it at once");
  g_assert_cmpint (g_remove (path), ==, 0);
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "server", "add", "mine", g_getenv ("MCP_TEST_SERVER"),
                           "--only=echo", NULL));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  text = cli_test_run_ok (test, "server", "list", NULL);
  assert_contains (text, "mine");
  do
    {
      g_free (list);
      list = cli_test_run_ok (test, "tools", "--json", NULL);
    }
  while (strstr (list, "mine__echo") == NULL);
}

static void
test_test (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *fine = NULL;
  g_autoptr (CliRun) broken = NULL;
  g_autoptr (CliRun) silent = NULL;
  g_autoptr (CliRun) missing = NULL;

  g_test_summary ("test shows revision and tools, and the server's own words when it fails");
  fine = cli_test_run_ok (test, "server", "test", "test", NULL);
  assert_contains (fine, "Revision: 2025-11-25");
  assert_contains (fine, "  echo\n");

  g_free (cli_test_run_ok (test, "server", "add", "broken", "--", "sh", "-c",
                           "echo out of paper >&2; exit 1", NULL));
  broken = cli_test_run (test, NULL, "server", "test", "broken", NULL);
  g_assert_cmpint (broken->status, ==, 1);
  assert_contains (broken->err, "out of paper");
  g_free (cli_test_run_ok (test, "server", "add", "silent", "--", "sleep", "60", NULL));
  silent = cli_test_run (test, NULL, "server", "test", "--timeout=1", "silent", NULL);
  g_assert_cmpint (silent->status, ==, 1);
  assert_contains (silent->err, "1 s");
  missing = cli_test_run (test, NULL, "server", "test", "nobody", NULL);
  g_assert_cmpint (missing->status, ==, 1);
}

static void
test_history (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (CliRun) failed = NULL;
  g_autofree char *of_one = NULL;
  g_autofree char *ended = NULL;
  g_autofree char *all = NULL;
  g_autofree char *errors = NULL;
  g_autofree char *json = NULL;
  g_autofree char *route = NULL;
  g_autofree char *path = NULL;
  guint status;

  g_test_summary ("history lists the calls of all sessions, or of one, the newest last");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{}");
  g_free (cli_test_run_ok (test, "call", "test__echo", NULL));
  failed = cli_test_run (test, NULL, "call", "test__fail", NULL);
  g_assert_cmpint (failed->status, ==, 1);

  /* Another session's, from another shell. */
  other = e2e_create_session (test->e2e, "{\"label\": \"another\"}");
  g_free (cli_test_run_ok (test, "call", "--session=another", "test__cwd", NULL));
  all = cli_test_run_ok (test, "history", NULL);
  assert_contains (all, "another");
  g_assert_true (strstr (all, "test__echo") < strstr (all, "test__fail"));
  g_assert_true (strstr (all, "test__fail") < strstr (all, "test__cwd"));
  of_one = cli_test_run_ok (test, "history", "--session=another", NULL);
  g_assert_null (strstr (of_one, "test__echo"));
  /* A session that has ended keeps its calls and its label. */
  g_free (cli_test_run_ok (test, "close", "another", NULL));
  ended = cli_test_run_ok (test, "history", NULL);
  assert_contains (ended, "another");
  assert_contains (ended, "test__cwd");
  errors = cli_test_run_ok (test, "history", "--state=error", "--tool=test__fail", NULL);
  g_assert_null (strstr (errors, "test__echo"));
  json = cli_test_run_ok (test, "history", "--json", "--limit=1",
                          json_object_get_string_member (session, "session_id"), NULL);
  path = g_strdup_printf ("unix:/session/%s/calls?limit=1",
                          json_object_get_string_member (session, "session_id"));
  route = e2e_http (test->e2e, "GET", path, NULL, NULL, &status);
  g_assert_cmpstr (g_strchomp (json), ==, route);
}

static void
test_list_secrets (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autoptr (CliRun) list = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("list shows no password, key or query, of entries that are left out as well");
  g_assert_true (g_file_set_contents (
      path,
      "{\"mcpServers\": {\n"
      "  \"a\": {\"url\": \"https://u:hunter2@example.org/mcp?key=hunter2\"},\n"
      "  \"b\": {\"command\": \"true\", \"args\": [\"--token\", \"hunter2\", \"--api-key=hunter2\"]}\n"
      "}}\n",
      -1, NULL));
  list = cli_test_run (test, NULL, "server", "list", NULL);
  assert_contains (list->out, "https://example.org/mcp");
  assert_contains (list->out, "--token *** --api-key=***");
  json = cli_test_run_ok (test, "server", "list", "--json", NULL);
  assert_contains (json, "\"entry\":\"left out\"");
  g_assert_null (strstr (list->out, "hunter2"));
  g_assert_null (strstr (list->err, "hunter2"));
  g_assert_null (strstr (json, "hunter2"));
}

static void
test_replace (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *tools = NULL;
  g_autoptr (CliRun) broken = NULL;

  g_test_summary ("A broken server that was replaced works with the next command");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "server", "add", "new", "--", "no-such-program", NULL));
  broken = cli_test_run (test, NULL, "tools", "--server=new", NULL);
  assert_contains (broken->err, "no-such-program");
  g_free (cli_test_run_ok (test, "server", "add", "--replace", "new", "--",
                           g_getenv ("MCP_TEST_SERVER"), NULL));
  tools = cli_test_run_ok (test, "tools", "--server=new", NULL);
  assert_contains (tools, "new__echo");
}

static void
test_list_states (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *idle = NULL;
  g_autofree char *fields = NULL;

  g_test_summary (
      "A server that nobody has asked yet is idle, not ready, and has no number of tools");
  cli_test_start_daemon (test);
  idle = cli_test_run_ok (test, "server", "list", NULL);
  assert_contains (idle, "test    idle   –");
  fields = cli_test_run_ok (test, "server", "list", "--fields=name,state", NULL);
  g_assert_cmpstr (fields, ==, "NAME  STATE\ntest  stopped\n");
}

static void
test_broken_file (void)
{
  static const char *const commands[][3] = { { "server", "list" },
                                             { "server", "test", "a" },
                                             { "server", "disable", "a" } };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autoptr (CliRun) doctor = NULL;

  g_test_summary ("A file that is no JSON gets the same words from every command");
  g_assert_true (g_file_set_contents (path, "{\n\"mcpServers\": {x}\n}\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (CliRun) run =
          cli_test_run (test, NULL, commands[i][0], commands[i][1], commands[i][2], NULL);

      g_assert_cmpint (run->status, ==, 1);
      assert_contains (run->err, "mcp.json: Line 2 is not valid JSON: ");
    }
  doctor = cli_test_run (test, NULL, "doctor", NULL);
  assert_contains (doctor->out, "mcp.json: Line 2 is not valid JSON: ");
}

static void
test_restart (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (CliRun) unknown = NULL;

  g_test_summary (
      "restart ends a server's processes; refresh asks again; a typo gets a suggestion");
  cli_test_start_daemon (test);
  session = cli_test_create_session (test, "{}");
  first = cli_test_run_ok (test, "call", "test__pid", NULL);
  g_free (cli_test_run_ok (test, "server", "restart", "test", NULL));
  second = cli_test_run_ok (test, "call", "test__pid", NULL);
  g_assert_cmpstr (first, !=, second);
  g_free (cli_test_run_ok (test, "server", "refresh", "test", NULL));
  unknown = cli_test_run (test, NULL, "server", "restart", "tset", NULL);
  g_assert_cmpint (unknown->status, ==, 1);
  assert_contains (unknown->err, "did you mean “test”?");
}

static void
test_usage (void)
{
  static const char *const wrong[][5] = {
    { "server", NULL },
    { "server", "paint", NULL },
    { "server", "add", NULL },
    { "server", "add", "x", NULL },
    { "server", "add", "--url=http://x", "--scope=all" },
    { "server", "add", "x", "python3", "--scope=shared" },
    { "server", "add", "--timeout=0", "x", "true" },
    { "server", "add", "--timeout=86401", "x", "true" },
    { "server", "remove", NULL },
    { "history", "a", "b", NULL },
    { "history", "show", NULL },
    { "history", "--limit=-1", NULL },
  };
  g_autoptr (CliTest) test = cli_test_new ();

  g_test_summary ("What cannot be understood exits with 2");
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (CliRun) run = cli_test_run (test, NULL, wrong[i][0], wrong[i][1], wrong[i][2],
                                             wrong[i][3], wrong[i][4], NULL);

      g_assert_cmpint (run->status, ==, 2);
    }
}

static void
start_with_bus (CliTest *test)
{
  e2e_make_bus (test->e2e);
  cli_test_setenv (test, "DBUS_SESSION_BUS_ADDRESS", test->e2e->bus_address);
  e2e_start (test->e2e);
}

static void
test_broken_is_seen (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) stopped = NULL;
  g_autoptr (CliRun) refused = NULL;
  g_autoptr (CliRun) tools = NULL;
  g_autoptr (CliRun) list = NULL;
  g_autoptr (CliRun) status = NULL;

  g_test_summary ("A server that cannot be started is named by tools, server list and status");
  stopped = cli_test_run (test, NULL, "status", NULL);
  g_assert_cmpint (stopped->status, ==, 3);
  assert_contains (stopped->out, "does not run");
  g_free (cli_test_run_ok (test, "server", "add", "foo", "--", "nonexistent-program", NULL));
  refused = cli_test_run (test, NULL, "server", "add", "odd", "--url=ftp://example.org/", NULL);
  g_assert_cmpint (refused->status, ==, 1);
  assert_contains (refused->err, "http://");
  e2e_start (test->e2e);
  tools = cli_test_run (test, NULL, "tools", NULL);
  g_assert_cmpint (tools->status, ==, 0);
  assert_contains (tools->out, "test__echo");
  assert_contains (tools->err, "foo");
  assert_contains (tools->err, "nonexistent-program");
  list = cli_test_run (test, NULL, "server", "list", NULL);
  g_assert_cmpint (list->status, ==, 0);
  assert_contains (list->out, "FAILED");
  g_assert_null (strstr (list->out, "odd"));
  assert_contains (list->err, "nonexistent-program");
  status = cli_test_run (test, NULL, "status", NULL);
  g_assert_cmpint (status->status, ==, 1);
  assert_contains (status->out, "running since");
  assert_contains (status->out, "nonexistent-program");
}

static guint
count (const char *text, const char *part)
{
  g_auto (GStrv) parts = g_strsplit (text, part, -1);

  return g_strv_length (parts) - 1;
}

static void
test_broken_alone (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) tools = NULL;
  g_autoptr (CliRun) doctor = NULL;

  g_test_summary (
      "Where no server works, nobody is told to add one; doctor names each server once, "
      "with a remedy that can be typed");
  g_free (cli_test_run_ok (test, "server", "remove", "test", NULL));
  g_free (cli_test_run_ok (test, "server", "add", "foo", "--", "nonexistent-program", NULL));
  g_free (cli_test_run_ok (test, "server", "add", "bar", "--", "false", NULL));
  e2e_start (test->e2e);
  tools = cli_test_run (test, NULL, "tools", NULL);
  assert_contains (tools->err, "nonexistent-program");
  assert_contains (tools->err, "There are no tools");
  g_assert_null (strstr (tools->err, "server add"));
  doctor = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_cmpuint (count (doctor->out, "nonexistent-program"), ==, 1);
  assert_contains (doctor->out, "mcp-session server test bar");
  g_assert_null (strstr (doctor->out, "NAME"));
  g_assert_null (strstr (doctor->out, "server “"));
}

static void
test_disable (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *before = read_config (test);
  g_autofree char *off = NULL;
  g_autoptr (CliRun) list = NULL;
  g_autofree char *on = NULL;
  g_autoptr (CliRun) unknown = NULL;

  g_test_summary ("A server is disabled and enabled again; its entry is what it was");
  /* Options may follow the name if there is no command. */
  g_free (cli_test_run_ok (test, "server", "add", "web", "--url", "https://example.org/mcp", NULL));
  g_free (cli_test_run_ok (test, "server", "remove", "web", NULL));
  g_free (cli_test_run_ok (test, "server", "disable", "test", NULL));
  off = read_config (test);
  assert_contains (off, "\"disabled\": true");
  list = cli_test_run (test, NULL, "server", "list", NULL);
  assert_contains (list->out, "disabled");
  assert_contains (list->err, "The daemon does not run");
  g_free (cli_test_run_ok (test, "server", "enable", "test", NULL));
  on = read_config (test);
  g_assert_cmpstr (on, ==, before);
  unknown = cli_test_run (test, NULL, "server", "disable", "nobody", NULL);
  g_assert_cmpint (unknown->status, ==, 1);
}

static void
test_disable_broken (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *shown = NULL;
  g_autoptr (CliRun) list = NULL;

  g_test_summary ("What failed shows nothing of the daemon's own, and no failure once disabled");
  g_free (cli_test_run_ok (test, "server", "add", "foo", "--", "/nonexistent-program", NULL));
  g_free (cli_test_run_ok (test, "tools", NULL));
  shown = cli_test_run_ok (test, "server", "show", "foo", NULL);
  assert_contains (shown, "nonexistent-program");
  assert_contains (shown, "failed");
  g_assert_null (strstr (shown, "Calls itself"));
  g_assert_null (strstr (shown, "Capabilities"));
  g_free (cli_test_run_ok (test, "server", "disable", "foo", "test", NULL));
  list = cli_test_run (test, NULL, "server", "list", NULL);
  assert_contains (list->out, "foo     disabled");
  assert_contains (list->out, "test    disabled");
  g_assert_null (strstr (list->err, "nonexistent-program"));
}

static void
test_add_refused (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) added = cli_test_run (test, NULL, "server", "add", "foo", "--", "./s", NULL);
  g_autoptr (CliRun) doctor = cli_test_run (test, NULL, "doctor", NULL);

  g_test_summary ("A command that the daemon would refuse to start is warned of when it is added");
  g_assert_cmpint (added->status, ==, 0);
  assert_contains (added->err, "write an absolute path");
  g_assert_cmpint (doctor->status, ==, 1);
  assert_contains (doctor->out, "write an absolute path");
}

#define PINNED                                                                                 \
  "{\"mcpServers\": {\"test\": {\"command\": \"%s\", \"args\": [\"--pid-file=%s\"], \"pin\": " \
  "true}}}"

static void
test_accept (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *pids = e2e_build (test->e2e, "pids");
  g_autofree char *config = g_strdup_printf (PINNED, g_getenv ("MCP_TEST_SERVER"), pids);
  g_autofree char *before = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *after = NULL;
  g_autoptr (CliRun) refused = NULL;
  g_autoptr (CliRun) unknown = NULL;
  g_autoptr (CliRun) nothing = NULL;

  g_test_summary (
      "What a pinned server has that is new is shown, refused, and there once accepted");
  /* what was accepted long ago */
  g_free (test_dir_write (test->e2e->dir, "state/mcp-sessiond/tools.json",
                          "{\"servers\":{\"test\":{\"echo\":\"0\"}}}", 0600));
  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", config, 0600));
  /* Nobody shows notifications on this bus, and GIO warns of that. */
  g_free (test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp-sessiond.conf",
                          "[Notifications]\nToolsHeld=false\n", 0600));
  start_with_bus (test);

  before = cli_test_run_ok (test, "tools", NULL);
  g_assert_null (strstr (before, "test__echo"));
  refused = cli_test_run (test, NULL, "call", "test__echo", "text=x", NULL);
  g_assert_cmpint (refused->status, !=, 0);
  assert_contains (refused->err, "mcp-session server accept test");

  shown = cli_test_run_ok (test, "server", "accept", "test", "--show", NULL);
  assert_contains (shown, "echo\n    Test tool echo\n");
  g_free (cli_test_run_ok (test, "server", "accept", "test", "--json", NULL));
  after = cli_test_run_ok (test, "tools", NULL);
  assert_contains (after, "test__echo");
  nothing = cli_test_run (test, NULL, "server", "accept", "test", NULL);
  g_assert_cmpint (nothing->status, ==, 0);
  assert_contains (nothing->err, "No tool of “test” is held back");
  unknown = cli_test_run (test, NULL, "server", "accept", "other", NULL);
  g_assert_cmpint (unknown->status, ==, 1);
  assert_contains (unknown->err, "other");
}

static void
test_accept_without_bus (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = cli_test_run (test, NULL, "server", "accept", "test", NULL);

  g_test_summary ("Without a session bus nothing is accepted, and it is said why");
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->err, "session bus");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/server/edit", test_edit);
  g_test_add_func ("/cli/server/new-file", test_new_file);
  g_test_add_func ("/cli/server/test", test_test);
  g_test_add_func ("/cli/server/broken-is-seen", test_broken_is_seen);
  g_test_add_func ("/cli/server/broken-alone", test_broken_alone);
  g_test_add_func ("/cli/server/disable", test_disable);
  g_test_add_func ("/cli/server/disable-broken", test_disable_broken);
  g_test_add_func ("/cli/server/add-refused", test_add_refused);
  g_test_add_func ("/cli/server/usage", test_usage);
  g_test_add_func ("/cli/server/accept", test_accept);
  g_test_add_func ("/cli/server/accept-without-bus", test_accept_without_bus);
  g_test_add_func ("/cli/history/list", test_history);
  g_test_add_func ("/cli/server/list-secrets", test_list_secrets);
  g_test_add_func ("/cli/server/list-states", test_list_states);
  g_test_add_func ("/cli/server/replace", test_replace);
  g_test_add_func ("/cli/server/broken-file", test_broken_file);
  g_test_add_func ("/cli/server/restart", test_restart);
  return g_test_run ();
}
