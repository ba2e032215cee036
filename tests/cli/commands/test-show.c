/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server show, logs, edit, and the ways to add a server that somebody else has described.
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

static char *
read_config (CliTest *test)
{
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  char *text;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_show (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *of_file = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *json = NULL;
  g_autoptr (CliRun) typo = NULL;

  g_test_summary ("show has the entry, the PATH, the state and the end of the log, and no secret");
  g_free (cli_test_run_ok (test, "server", "add", "--env=KEY=hunter2", "a", "--", "no-such-program",
                           "--token=hunter2", NULL));
  of_file = cli_test_run_ok (test, "server", "show", "a", NULL);
  assert_contains (of_file, "no-such-program --token=***");
  assert_contains (of_file, "not found");
  assert_contains (of_file, "KEY");
  cli_test_start_daemon (test);
  g_free (cli_test_run_ok (test, "call", "test__stderr", NULL));
  whole = cli_test_run_ok (test, "server", "show", "test", NULL);
  assert_contains (whole, "PATH:");
  assert_contains (whole, "State:");
  assert_contains (whole, "Revision:      2025-");
  assert_contains (whole, "a line");
  g_assert_null (strstr (of_file, "hunter2"));
  json = cli_test_run_ok (test, "server", "show", "test", "--json", NULL);
  assert_contains (json, "{\"name\":\"test\"");
  assert_contains (json, "\"protocol_version\":\"2025-");
  typo = cli_test_run (test, NULL, "server", "show", "tets", NULL);
  g_assert_cmpint (typo->status, ==, 1);
  assert_contains (typo->err, "did you mean “test”?");
}

static void
test_logs (void)
{
  const char *argv[] = { "server", "logs", "test", "--follow", NULL };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (GSubprocess) follow = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autofree char *empty = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *texts = NULL;

  g_test_summary ("logs shows what a server wrote to standard error; -f goes on");
  cli_test_start_daemon (test);
  empty = cli_test_run_ok (test, "server", "logs", "test", NULL);
  g_assert_cmpstr (empty, ==, "");
  g_free (cli_test_run_ok (test, "call", "test__stderr", "text=first", NULL));
  texts = cli_test_run_ok (test, "server", "logs", "test", "-o", "name", NULL);
  assert_contains (texts, "\n");
  follow = cli_test_spawn (test, G_SUBPROCESS_FLAGS_STDOUT_PIPE, argv);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (follow));
  first = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_nonnull (first);
  g_free (cli_test_run_ok (test, "call", "test__stderr", NULL));
  second = g_data_input_stream_read_line (out, NULL, NULL, NULL);
  g_assert_nonnull (second);
  g_assert_true (g_input_stream_close (G_INPUT_STREAM (out), NULL, NULL));
  g_assert_true (g_subprocess_wait (follow, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (follow), ==, 141);
}

static void
test_edit (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *before = NULL;
  g_autofree char *unchanged = NULL;
  g_autofree char *after = NULL;
  g_autoptr (CliRun) same = NULL;
  g_autoptr (CliRun) spoilt = NULL;
  g_autoptr (CliRun) good = NULL;
  g_autoptr (CliRun) left = NULL;

  g_test_summary ("edit saves what the daemon would use, and nothing else; the text is kept");
  before = read_config (test);
  cli_test_setenv (test, "VISUAL", "true");
  same = cli_test_run (test, NULL, "server", "edit", NULL);
  g_assert_cmpint (same->status, ==, 0);
  cli_test_setenv (test, "VISUAL", "sed -i s/command/commnd/");
  spoilt = cli_test_run (test, NULL, "server", "edit", "test", NULL);
  g_assert_cmpint (spoilt->status, ==, 1);
  assert_contains (spoilt->err, "“command” is missing");
  assert_contains (spoilt->err, "your text is in ");
  unchanged = read_config (test);
  g_assert_cmpstr (unchanged, ==, before);
  cli_test_setenv (test, "VISUAL", "false");
  left = cli_test_run (test, NULL, "server", "edit", NULL);
  g_assert_cmpint (left->status, ==, 1);
  cli_test_setenv (test, "VISUAL", "sed -i s/test/renamed/");
  good = cli_test_run (test, NULL, "server", "edit", NULL);
  g_assert_cmpint (good->status, ==, 0);
  after = read_config (test);
  assert_contains (after, "\"renamed\"");
}

/* As the registry has them. */
#define DESCRIPTION                                                                    \
  "{\"name\": \"io.github.someone/Weather\", \"version\": \"1\", \"packages\": [{"     \
  "\"registryType\": \"npm\", \"identifier\": \"@s/weather\", \"version\": \"1.0.2\"," \
  "\"transport\": {\"type\": \"stdio\"}, \"packageArguments\": ["                      \
  "{\"type\": \"positional\", \"valueHint\": \"target_dir\", \"isRequired\": true},"   \
  "{\"type\": \"named\", \"name\": \"--unit\", \"value\": \"c\"}],"                    \
  "\"environmentVariables\": [{\"name\": \"WEATHER_KEY\", \"isRequired\": true}, {\"name\": \"B\"}]}]}"
#define REMOTE                                                                     \
  "{\"name\": \"com.example/wiki\", \"remotes\": [{\"type\": \"streamable-http\"," \
  "\"url\": \"https://example.com/mcp\", \"headers\": [{\"name\": \"X-Key\", \"isRequired\": true}]}]}"
#define CLIENT \
  "{\"mcpServers\": {\"one\": {\"command\": \"true\"}, \"two\": {\"command\": \"true\"}}}"

static void
test_add_from (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) package = NULL;
  g_autoptr (CliRun) remote = NULL;
  g_autoptr (CliRun) client = NULL;
  g_autoptr (CliRun) empty = NULL;
  g_autoptr (CliRun) wrong = NULL;
  g_autoptr (CliRun) both = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("add takes an entry, a description of the registry, and another client's file");
  g_free (
      cli_test_run_ok (test, "server", "add", "json", "--json", "{\"command\": \"true\"}", NULL));
  package = cli_test_run (test, DESCRIPTION, "server", "add", "--from", "-", NULL);
  g_assert_cmpint (package->status, ==, 0);
  remote = cli_test_run (test, REMOTE, "server", "add", "--from=-", "notes", NULL);
  g_assert_cmpint (remote->status, ==, 0);
  client = cli_test_run (test, CLIENT, "server", "add", "--from=-", NULL);
  g_assert_cmpint (client->status, ==, 0);
  text = read_config (test);
  assert_contains (text, "\"weather\": ");
  assert_contains (text, "\"-y\",\"@s/weather@1.0.2\",\"${TARGET_DIR}\",\"--unit\",\"c\"");
  assert_contains (text, "\"WEATHER_KEY\":\"${WEATHER_KEY}\"");
  g_assert_null (strstr (text, "\"B\""));
  assert_contains (text, "\"notes\"");
  assert_contains (text, "\"X-Key\":\"${X_KEY}\"");
  assert_contains (text, "\"two\"");
  empty = cli_test_run (test, "{}", "server", "add", "--from=-", NULL);
  g_assert_cmpint (empty->status, ==, 1);
  assert_contains (empty->err, "There are no servers in it");
  wrong = cli_test_run (test, NULL, "server", "add", "x", "--json", "{\"command\": 1}", NULL);
  g_assert_cmpint (wrong->status, ==, 1);
  both = cli_test_run (test, NULL, "server", "add", "x", "--json", "{}", "--from=-", NULL);
  g_assert_cmpint (both->status, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/server/show", test_show);
  g_test_add_func ("/cli/server/logs", test_logs);
  g_test_add_func ("/cli/server/edit", test_edit);
  g_test_add_func ("/cli/server/add-from", test_add_from);
  return g_test_run ();
}
