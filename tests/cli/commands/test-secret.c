/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * secret, and what a server gets of it.
 */
#include "cli-test.h"
#include "terminal.h"

#include <glib/gstdio.h>
#include <string.h>

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

static void
set_secret (CliTest *test, const char *name, const char *value)
{
  g_autoptr (CliRun) run = cli_test_run (test, value, "secret", "set", name, NULL);

  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->err, "${secret:");
  g_assert_null (strstr (run->err, "hush"));
}

static void
test_life (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *both = NULL;
  g_autofree char *json = NULL;
  g_autoptr (CliRun) none = NULL;
  g_autoptr (CliRun) wrong = NULL;
  g_autoptr (CliRun) empty = NULL;

  g_test_summary ("Secrets are set, listed without their values, and removed");
  set_secret (test, "key", "hush");
  set_secret (test, "another", "hush\n");
  both = cli_test_run_ok (test, "secret", "list", NULL);
  g_assert_cmpstr (both, ==, "another\nkey\n");
  g_free (cli_test_run_ok (test, "secret", "remove", "another", NULL));
  json = cli_test_run_ok (test, "secret", "list", "--json", NULL);
  g_assert_cmpstr (json, ==, "{\"secrets\":[{\"name\":\"key\"}]}\n");
  none = cli_test_run (test, NULL, "secret", "remove", "another", NULL);
  g_assert_cmpint (none->status, ==, 1);
  wrong = cli_test_run (test, "x", "secret", "set", "a/b", NULL);
  g_assert_cmpint (wrong->status, ==, 2);
  empty = cli_test_run (test, "", "secret", "set", "key", NULL);
  g_assert_cmpint (empty->status, ==, 1);
}

static void
write_servers (CliTest *test, const char *entry)
{
  g_autofree char *text = g_strdup_printf (
      "{\"mcpServers\": {\"mine\": {\"command\": \"%s\", \"args\": [\"--only=env\"], %s}}}",
      g_getenv ("MCP_TEST_SERVER"), entry);
  g_autofree char *path =
      test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", text, 0600);
}

static void
test_server (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *environment = NULL;
  g_autofree char *tools = NULL;

  g_test_summary ("A server gets the secret that its entry names, and nothing else shows it");
  write_servers (test, "\"env\": {\"KEY\": \"Bearer ${secret:key}\"}");
  set_secret (test, "key", "hush=hush\n");
  cli_test_start_daemon (test);
  environment = cli_test_run_ok (test, "call", "mine__env", NULL);
  assert_contains (environment, "KEY=Bearer hush=hush\n");
  g_assert_null (strstr (environment, "secret:"));
  tools = cli_test_run_ok (test, "server", "list", "--json", NULL);
  g_assert_null (strstr (tools, "hush"));
}

static void
test_added (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) added = NULL;
  g_autoptr (CliRun) again = NULL;
  g_autofree char *environment = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("server add stores the value of a variable, and the entry names the secret");
  cli_test_start_daemon (test);
  added = cli_test_run (test, "hush", "server", "add", "--secret-env", "KEY", "mine",
                        g_getenv ("MCP_TEST_SERVER"), "--only=env", NULL);
  g_assert_cmpint (added->status, ==, 0);
  g_assert_null (strstr (added->err, "hush"));
  environment = cli_test_run_ok (test, "call", "mine__env", NULL);
  assert_contains (environment, "KEY=hush\n");
  list = cli_test_run_ok (test, "secret", "list", NULL);
  g_assert_cmpstr (list, ==, "mine-KEY\n");
  again = cli_test_run (test, "", "server", "add", "--secret-env", "OTHER", "second", "x", NULL);
  g_assert_cmpint (again->status, ==, 1);
}

static void
test_missing (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("A secret that is not there is an error that says what to run");
  write_servers (test, "\"env\": {\"KEY\": \"${secret:nowhere}\"}");
  cli_test_start_daemon (test);
  run = cli_test_run (test, NULL, "server", "test", "mine", NULL);
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->err, "mcp-session secret set nowhere");
}

static void
test_prompt (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  const char *const argv[] = { g_getenv ("MCP_TEST_COMMAND"), "secret", "set", "key", NULL };
  g_autoptr (Terminal) terminal =
      terminal_new (argv, (const char *const *) test->environment, test->cwd, 100, 10);
  g_autofree char *list = NULL;

  g_test_summary ("On a terminal, a secret is asked for and not shown");
  terminal_await (terminal, "is not shown");
  terminal_type (terminal, "hush\n");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  g_assert_false (terminal_has_seen (terminal, "hush"));
  list = cli_test_run_ok (test, "secret", "list", NULL);
  g_assert_cmpstr (list, ==, "key\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/secret/life", test_life);
  g_test_add_func ("/cli/secret/server", test_server);
  g_test_add_func ("/cli/secret/added", test_added);
  g_test_add_func ("/cli/secret/missing", test_missing);
  g_test_add_func ("/cli/secret/prompt", test_prompt);

  return g_test_run ();
}
