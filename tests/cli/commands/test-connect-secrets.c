/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * connect --import, where a client's entries have secrets in plain text. There is no bus, so that
 * secrets lie in files.
 */
#include "cli-test.h"
#include "terminal.h"

#include <string.h>

#define KEY   "ntn_0123456789abcdef"
#define TOKEN "Bearer ghp_0123456789abcdef"

static const char theirs[] =
    "{\"mcpServers\": {"
    "\"pages\": {\"command\": \"pages\", \"env\": {\"PAGES_TOKEN\": \"" KEY "\", \"LEVEL\": \"3\", "
    "\"OTHER_TOKEN\": \"${env:OTHER}\"}}, "
    "\"web\": {\"url\": \"https://web.example/mcp\", \"headers\": {\"Authorization\": \"" TOKEN
    "\", \"X-Level\": \"1\"}}}}\n";

typedef struct
{
  CliTest *test; /* (owned) */
  char *path;    /* of the client's file */
  char *ours;    /* mcp.json */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->test = cli_test_new ();
  f->path = test_dir_write (f->test->e2e->dir, "home/.cursor/mcp.json", theirs, 0640);
  f->ours = e2e_build (f->test->e2e, "config/mcp-sessiond/mcp.json");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->ours);
  g_free (f->path);
  cli_test_free (f->test);
}

static char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in: %s", part, text);
}

static void
assert_has_not (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("“%s” is in: %s", part, text);
}

static char *
read_secret (Fixture *f, const char *name)
{
  g_autofree char *below = g_strconcat ("state/mcp-sessiond/secrets/secret.", name, NULL);
  g_autofree char *path = e2e_build (f->test->e2e, below);

  return read_text (path);
}

static void
assert_moved (Fixture *f)
{
  g_autofree char *ours = read_text (f->ours);
  g_autofree char *key = read_secret (f, "pages-PAGES_TOKEN");
  g_autofree char *token = read_secret (f, "web-Authorization");

  assert_has_not (ours, KEY);
  assert_has_not (ours, TOKEN);
  assert_has (ours, "\"PAGES_TOKEN\": \"${secret:pages-PAGES_TOKEN}\"");
  assert_has (ours, "\"OTHER_TOKEN\":\"${env:OTHER}\"");
  assert_has (ours, "\"LEVEL\":\"3\"");
  assert_has (ours, "\"Authorization\": \"${secret:web-Authorization}\"");
  assert_has (ours, "\"X-Level\":\"1\"");
  g_assert_cmpstr (key, ==, KEY);
  g_assert_cmpstr (token, ==, TOKEN);
}

static void
assert_in_plain (Fixture *f)
{
  g_autofree char *ours = read_text (f->ours);
  g_autofree char *list = cli_test_run_ok (f->test, "secret", "list", NULL);

  assert_has (ours, KEY);
  assert_has (ours, TOKEN);
  assert_has_not (ours, "${secret:");
  assert_has_not (list, "pages");
}

static void
test_flag (Fixture *f, gconstpointer data)
{
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("--secrets moves what looks like a secret; the rest of the entry stays");
  run = cli_test_run (f->test, NULL, "connect", "cursor", "--import", "--secrets", "--yes", NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_has (run->err, "“pages-PAGES_TOKEN” lies in");
  assert_moved (f);
}

static void
test_silent (Fixture *f, gconstpointer data)
{
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("Without --secrets, a script moves no secret, and is told which there are");
  run = cli_test_run (f->test, NULL, "connect", "cursor", "--import", "--yes", NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_has (run->err, "“pages”: “PAGES_TOKEN” looks like a secret");
  assert_has (run->err, "“web”: “Authorization” looks like a secret");
  assert_has (run->err, "--secrets");
  assert_has_not (run->err, "OTHER_TOKEN");
  assert_has_not (run->err, "LEVEL");
  assert_in_plain (f);
}

static void
test_print (Fixture *f, gconstpointer data)
{
  g_autoptr (CliRun) run = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("--print shows the entries with the secrets named, and stores none");
  run = cli_test_run (f->test, NULL, "connect", "cursor", "--import", "--secrets", "--print", NULL);
  g_assert_cmpint (run->status, ==, 0);
  assert_has (run->out, "${secret:pages-PAGES_TOKEN}");
  ours = read_text (f->ours);
  assert_has_not (ours, "pages");
  list = cli_test_run_ok (f->test, "secret", "list", NULL);
  assert_has_not (list, "pages");
}

static Terminal *
start_terminal (Fixture *f)
{
  const char *const argv[] = { g_getenv ("MCP_TEST_COMMAND"), "connect", "cursor", "--import",
                               NULL };

  return terminal_new (argv, (const char *const *) f->test->environment, f->test->cwd, 100, 30);
}

static void
test_yes (Fixture *f, gconstpointer data)
{
  g_autoptr (Terminal) terminal = start_terminal (f);

  g_test_summary ("A person is asked before secrets move");
  terminal_await (terminal, "Store them there? [y/N]");
  terminal_type (terminal, "y\n");
  terminal_await (terminal, "Write this? [y/N]");
  terminal_type (terminal, "y\n");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  assert_moved (f);
}

static void
test_no (Fixture *f, gconstpointer data)
{
  g_autoptr (Terminal) terminal = start_terminal (f);

  g_test_summary ("A person who says no has the entries as they were");
  terminal_await (terminal, "Store them there? [y/N]");
  terminal_type (terminal, "\n");
  terminal_await (terminal, "Write this? [y/N]");
  terminal_type (terminal, "y\n");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 0);
  assert_in_plain (f);
}

static void
test_second_thoughts (Fixture *f, gconstpointer data)
{
  g_autoptr (Terminal) terminal = start_terminal (f);
  g_autofree char *list = NULL;

  g_test_summary ("Nothing is stored where nothing is written");
  terminal_await (terminal, "Store them there? [y/N]");
  terminal_type (terminal, "y\n");
  terminal_await (terminal, "Write this? [y/N]");
  terminal_type (terminal, "n\n");
  g_assert_cmpint (terminal_await_exit (terminal), ==, 1);
  list = cli_test_run_ok (f->test, "secret", "list", NULL);
  assert_has_not (list, "pages");
}

static void
test_taken (Fixture *f, gconstpointer data)
{
  g_autoptr (CliRun) set = NULL;
  g_autofree char *earlier = NULL;
  g_autofree char *moved = NULL;
  g_autofree char *ours = NULL;

  g_test_summary ("A secret that is there already is not overwritten");
  set = cli_test_run (f->test, "mine", "secret", "set", "pages-PAGES_TOKEN", NULL);
  g_assert_cmpint (set->status, ==, 0);
  g_free (cli_test_run_ok (f->test, "connect", "cursor", "--import", "--secrets", "--yes", NULL));
  earlier = read_secret (f, "pages-PAGES_TOKEN");
  moved = read_secret (f, "pages-PAGES_TOKEN-2");
  ours = read_text (f->ours);
  g_assert_cmpstr (earlier, ==, "mine");
  g_assert_cmpstr (moved, ==, KEY);
  assert_has (ours, "${secret:pages-PAGES_TOKEN-2}");
}

static void
test_own (Fixture *f, gconstpointer data)
{
  static const char own[] =
      "{\"mcpServers\": {\"own\": {\"command\": \"own\", \"env\": {\"OWN_TOKEN\": \"of-mine\"}}}}\n";
  g_autofree char *ours = NULL;

  g_test_summary ("What mcp.json had before stays as it is, and a bare --secrets is refused");
  g_free (test_dir_write (f->test->e2e->dir, "config/mcp-sessiond/mcp.json", own, 0600));
  g_free (cli_test_run_ok (f->test, "connect", "cursor", "--import", "--secrets", "--yes", NULL));
  ours = read_text (f->ours);
  assert_has (ours, "\"OWN_TOKEN\": \"of-mine\"");
  {
    g_autoptr (CliRun) bare = cli_test_run (f->test, NULL, "connect", "cursor", "--secrets", NULL);

    g_assert_cmpint (bare->status, ==, 2);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) \
  g_test_add ("/cli/connect-secrets/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("flag", test_flag);
  ADD ("silent", test_silent);
  ADD ("print", test_print);
  ADD ("yes", test_yes);
  ADD ("no", test_no);
  ADD ("second-thoughts", test_second_thoughts);
  ADD ("taken", test_taken);
  ADD ("own", test_own);
#undef ADD

  return g_test_run ();
}
