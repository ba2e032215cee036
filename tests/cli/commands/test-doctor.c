/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli-test.h"

#include <glib/gstdio.h>
#include <string.h>

/* The level of a finding; NULL: there is none. */
static const char *
find_level (JsonObject *answer, const char *check, const char *text)
{
  JsonArray *findings = json_object_get_array_member (answer, "findings");

  for (guint i = 0; i < json_array_get_length (findings); i++)
    {
      JsonObject *finding = json_array_get_object_element (findings, i);

      if (g_str_equal (json_object_get_string_member (finding, "check"), check) &&
          strstr (json_object_get_string_member (finding, "text"), text) != NULL)
        return json_object_get_string_member (finding, "level");
    }
  return NULL;
}

static void
test_healthy (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;
  g_autoptr (JsonObject) answer = NULL;

  g_test_summary ("Where all works there are warnings at most, and the exit status is 0");
  cli_test_start_daemon (test);
  text = cli_test_run_ok (test, "doctor", NULL);
  g_assert_nonnull (strstr (text, "The daemon runs"));
  json = cli_test_run_ok (test, "doctor", "--json", NULL);
  answer = e2e_parse (json);
  g_assert_cmpstr (find_level (answer, "version", ""), ==, "ok");
  g_assert_cmpstr (find_level (answer, "runtime-directory", "yours alone"), ==, "ok");
  g_assert_cmpstr (find_level (answer, "server", "“test”"), ==, "ok");
  /* The test's port is any free one; its bus is none. */
  g_assert_cmpstr (find_level (answer, "port", ""), ==, "warning");
  g_assert_cmpstr (find_level (answer, "bus", ""), ==, "warning");
}

static void
test_broken (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = test_dir_write (
      test->e2e->dir, "config/mcp-sessiond/mcp.json",
      "{\"mcpServers\": {\"gone\": {\"command\": \"no-such-program\"}, \"off\": {\"command\": \"x\", \"disabled\": true}}}",
      0600);
  g_autoptr (CliRun) run = NULL;
  g_autoptr (JsonObject) answer = NULL;

  g_test_summary ("What is broken is named, with exit status 1; no daemon is started");
  cli_test_setenv (test, "MCP_SESSIOND_PATH", "/nonexistent/daemon");
  run = cli_test_run (test, NULL, "doctor", "--json", NULL);
  g_assert_cmpint (run->status, ==, 1);
  answer = e2e_parse (run->out);
  g_assert_cmpstr (find_level (answer, "server", "no-such-program"), ==, "broken");
  g_assert_null (find_level (answer, "server", "off"));
  g_assert_cmpstr (find_level (answer, "program", "/nonexistent"), ==, "broken");
  g_assert_cmpstr (find_level (answer, "daemon", ""), ==, "warning");
}

static void
test_secret (void)
{
  static const struct
  {
    const char *args;
    const char *shown; /* (nullable): no warning */
  } cases[] = {
    { "[\"--token\",\"${env:MY_VALUE}\"]", "“--token”" },
    { "[\"-y\",\"x\",\"--api-key=abc\"]", "“--api-key”" },
    { "[\"--header\",\"Authorization: Bearer ${env:GITHUB_TOKEN}\"]", "“${env:GITHUB_TOKEN}”" },
    { "[\"ghp_0123456789abcdef\"]", "“ghp_”" },
    { "[\"${cwd}\",\"${env:HOME}\",\"--keyboard\",\"us\",\"--token\"]", NULL },
  };
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) added = NULL;

  g_test_summary ("A secret among the arguments is warned of, without its value");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *config = g_strdup_printf (
          "{\"mcpServers\": {\"s\": {\"command\": \"sh\", \"args\": %s}}}", cases[i].args);
      g_autofree char *path =
          test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", config, 0600);
      g_autoptr (CliRun) run = cli_test_run (test, NULL, "doctor", "--json", NULL);
      g_autoptr (JsonObject) answer = e2e_parse (run->out);

      g_assert_cmpstr (find_level (answer, "secret", cases[i].shown != NULL ? cases[i].shown : ""),
                       ==, cases[i].shown != NULL ? "warning" : NULL);
      g_assert_null (strstr (run->out, "abcdef"));
    }
  added =
      cli_test_run (test, NULL, "server", "add", "t", "--", "sh", "--password", "hunter2", NULL);
  g_assert_cmpint (added->status, ==, 0);
  g_assert_nonnull (strstr (added->err, "“--password” looks like a secret"));
}

static void
test_bad_entries (void)
{
  static const struct
  {
    const char *file;
    const char *check;
    const char *text;
    const char *level;
  } cases[] = {
    { "{\"mcpServers\": {\"a\": {\"command\": \"sh\", \"timeoutSeconds\": \"60\"}}}", "servers",
      "timeoutSeconds", "broken" },
    { "{\"mcpServers\": {\"a\": {\"command\": \"sh\", \"frobnicate\": 1}}}", "servers",
      "frobnicate", "warning" },
    { "{\"mcpServers\": {\"a\": {\"url\": \"https://user:password@example.org/\"}}}", "servers",
      "url", "broken" },
    { "{\"mcpServers\": {\"a\": {\"command\": \"sh\", \"args\": [\"${env:NOBODY_SETS_THIS}\"]}}}",
      "variable", "NOBODY_SETS_THIS", "warning" },
    { "{\"mcpServers\": {\"a\": {\"command\": \"sh\", \"env\": {\"K\": \"${secret:NOT_STORED}\"}}}}",
      "secret", "NOT_STORED", "broken" },
    { "{\"mcpServers\": ", "servers", "mcp.json", "broken" },
  };
  g_autoptr (CliTest) test = cli_test_new ();

  g_test_summary ("What the daemon would leave out or ignore of mcp.json is found");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path =
          test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", cases[i].file, 0600);
      g_autoptr (CliRun) run = cli_test_run (test, NULL, "doctor", "--json", NULL);
      g_autoptr (JsonObject) answer = e2e_parse (run->out);

      g_assert_cmpstr (find_level (answer, cases[i].check, cases[i].text), ==, cases[i].level);
      g_assert_null (strstr (run->out, "user:password"));
    }
}

/* A daemon that runs knows of the same entries. */
static void
test_left_out_once (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = test_dir_write (
      test->e2e->dir, "config/mcp-sessiond/mcp.json",
      "{\"mcpServers\": {\"a\": {\"command\": \"sh\", \"timeoutSeconds\": \"60\"}}}", 0600);
  g_autoptr (CliRun) run = NULL;
  g_autoptr (CliRun) list = NULL;
  const char *first;

  g_test_summary ("An entry that is left out is reported once, by doctor and by the list");
  test->e2e->warnings_expected = TRUE;
  cli_test_start_daemon (test);
  run = cli_test_run (test, NULL, "doctor", NULL);
  first = strstr (run->out, "timeoutSeconds");
  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "timeoutSeconds"));
  list = cli_test_run (test, NULL, "server", "list", NULL);
  g_assert_nonnull (strstr (list->out, "LEFT OUT"));
  first = strstr (list->err, "timeoutSeconds");
  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "timeoutSeconds"));
}

static void
test_more (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) run = NULL;
  g_autofree char *gemini = e2e_build (test->e2e, "home/.gemini");
  g_autofree char *client = g_build_filename (gemini, "settings.json", NULL);
  g_autofree char *state = e2e_build (test->e2e, "state/mcp-sessiond");
  g_autofree char *aside = g_build_filename (state, "sessions.db.corrupt-2026", NULL);
  g_autofree char *here = g_strconcat (g_getenv ("PATH"), ":", test->cwd, NULL);

  g_test_summary (
      "It finds a client's dead link, a database set aside, and what only this PATH has");
  g_assert_cmpint (g_mkdir_with_parents (gemini, 0700), ==, 0);
  g_assert_true (g_file_set_contents (
      client, "{\"mcpServers\":{\"s\":{\"command\":\"/nowhere/mcp-session\"}}}", -1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (state, 0700), ==, 0);
  g_assert_true (g_file_set_contents (aside, "", -1, NULL));
  cli_test_start_daemon (test);
  cli_test_setenv (test, "PATH", here);
  run = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_cmpint (run->status, ==, 1);
  g_assert_nonnull (strstr (run->out, "Gemini CLI starts “/nowhere/mcp-session”"));
  g_assert_nonnull (strstr (run->out, "sessions.db.corrupt-2026"));
  g_assert_nonnull (strstr (run->out, test->cwd));
}

static void
test_fix (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autoptr (CliRun) before = NULL;
  g_autoptr (CliRun) fixed = NULL;
  g_autoptr (CliRun) after = NULL;
  GStatBuf info;

  g_test_summary ("--fix takes the permissions of others away, and says so");
  g_assert_cmpint (g_chmod (path, 0622), ==, 0);
  before = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_nonnull (strstr (before->out, "Others may write"));
  fixed = cli_test_run (test, NULL, "doctor", "--fix", NULL);
  g_assert_nonnull (strstr (fixed->out, "any more"));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  after = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_null (strstr (after->out, "Others may write"));
}

static void
test_fix_directory (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *directory = e2e_build (test->e2e, "config");
  g_autoptr (CliRun) before = NULL;
  g_autoptr (CliRun) fixed = NULL;
  GStatBuf info;

  g_test_summary ("A directory above the servers that its group can write, as a umask of 002 makes "
                  "it, is why the daemon uses none of them");
  g_assert_cmpint (g_chmod (directory, 0775), ==, 0);
  before = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_cmpint (before->status, ==, 1);
  g_assert_nonnull (strstr (before->out, "Others may write to"));
  fixed = cli_test_run (test, NULL, "doctor", "--fix", NULL);
  g_assert_null (strstr (fixed->out, "Others may write to"));
  g_assert_cmpint (g_stat (directory, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0755);
}

static void
test_settings (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp-sessiond.conf");
  g_autoptr (CliRun) broken = NULL;
  g_autoptr (CliRun) asked = NULL;

  g_test_summary ("Without a daemon it looks at the form of the settings, else it asks the daemon");
  g_assert_true (g_file_set_contents (path, "[Http\n", -1, NULL));
  broken = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_nonnull (strstr (broken->out, "mcp-sessiond.conf"));
  g_assert_true (g_file_set_contents (path, "[Http]\nRequireKey=false\n", -1, NULL));
  cli_test_start_daemon (test);
  asked = cli_test_run (test, NULL, "doctor", NULL);
  g_assert_null (strstr (asked->out, "mcp-sessiond.conf:"));
}

/* The level of the finding about the command, with @directory in PATH. */
static const char *
check_command (CliTest *test, const char *directory, const char *text)
{
  g_autofree char *path = g_strconcat (directory, ":/nonexistent", NULL);
  g_autoptr (CliRun) run = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *level;

  cli_test_setenv (test, "PATH", path);
  run = cli_test_run (test, NULL, "doctor", "--json", NULL);
  answer = e2e_parse (run->out);
  level = find_level (answer, "command", text);
  return level != NULL ? g_intern_string (level) : NULL;
}

static void
test_command (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *own = g_path_get_dirname (g_getenv ("MCP_TEST_COMMAND"));
  g_autofree char *other_path =
      test_dir_write (test->e2e->dir, "other/mcp-session", "#!/bin/sh\n", 0700);
  g_autofree char *other = g_path_get_dirname (other_path);

  g_test_summary ("A command that a shell would not find, or another one in its place, is found");
  g_assert_null (check_command (test, own, ""));
  g_assert_cmpstr (check_command (test, "/nonexistent", own), ==, "warning");
  g_assert_cmpstr (check_command (test, other, other_path), ==, "warning");
}

static void
test_settings_in_status (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp-sessiond.conf");
  g_autoptr (CliRun) status = NULL;
  g_autoptr (CliRun) json = NULL;

  g_test_summary ("status says what is wrong in the settings, and that all is not well");
  g_assert_true (
      g_file_set_contents (path, "[Http]\nPort=0\n[Calls]\nTimeoutSeconds=soon\n", -1, NULL));
  test->e2e->warnings_expected = TRUE;
  cli_test_start_daemon (test);
  status = cli_test_run (test, NULL, "status", NULL);
  g_assert_cmpint (status->status, ==, 1);
  g_assert_nonnull (strstr (status->out, "Settings:"));
  g_assert_nonnull (strstr (status->out, "TimeoutSeconds"));
  json = cli_test_run (test, NULL, "status", "--json", NULL);
  g_assert_nonnull (strstr (json->out, "\"well\":false"));
  g_assert_nonnull (strstr (json->out, "\"problems\":[{\"text\":"));
}

static void
test_permissions (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path =
      test_dir_write (test->e2e->dir, "config/mcp-sessiond/mcp.json", "{}", 0600);
  g_autofree char *discovery = test_dir_write (test->e2e->dir, "run/mcp-sessiond/mcp.json",
                                               "{\"url\": \"http://127.0.0.1:1/mcp\"}", 0600);
  g_autoptr (CliRun) run = NULL;
  g_autoptr (JsonObject) answer = NULL;

  g_test_summary ("Files that others may use, and a port that is not ours, are broken");
  g_assert_cmpint (g_chmod (path, 0622), ==, 0);
  g_assert_cmpint (g_chmod (discovery, 0644), ==, 0);
  run = cli_test_run (test, NULL, "doctor", "--json", NULL);
  g_assert_cmpint (run->status, ==, 1);
  answer = e2e_parse (run->out);
  g_assert_cmpstr (find_level (answer, "servers", "Others"), ==, "broken");
  g_assert_cmpstr (find_level (answer, "discovery", "Others"), ==, "broken");
  g_assert_cmpstr (find_level (answer, "port", "No process of yours"), ==, "broken");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/doctor/healthy", test_healthy);
  g_test_add_func ("/cli/doctor/broken", test_broken);
  g_test_add_func ("/cli/doctor/bad-entries", test_bad_entries);
  g_test_add_func ("/cli/doctor/left-out-once", test_left_out_once);
  g_test_add_func ("/cli/doctor/secret", test_secret);
  g_test_add_func ("/cli/doctor/command", test_command);
  g_test_add_func ("/cli/doctor/permissions", test_permissions);
  g_test_add_func ("/cli/doctor/more", test_more);
  g_test_add_func ("/cli/doctor/fix", test_fix);
  g_test_add_func ("/cli/doctor/fix-directory", test_fix_directory);
  g_test_add_func ("/cli/doctor/settings", test_settings);
  g_test_add_func ("/cli/doctor/settings-in-status", test_settings_in_status);
  return g_test_run ();
}
