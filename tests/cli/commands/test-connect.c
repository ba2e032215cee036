/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * connect: the table of clients against sample files, and the command.
 */
#include "cli-test.h"
#include "cli/files/mcp-cli-clients.h"
#include "common/mcp-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As a user may have them, with much that is not ours. */
static const struct
{
  const char *id;
  const char *path; /* below the home directory */
  const char *text;
} samples[] = {
  { "claude-code", ".claude.json",
    "{\n  \"numStartups\": 12,\n  \"projects\": {\"/x\": {\"mcpServers\": {}}},\n"
    "  \"mcpServers\": {\n    \"git\": {\"type\": \"stdio\", \"command\": \"uvx\", \"args\": [\"git\"], \"env\": {}}\n  }\n}\n" },
  { "claude-desktop", ".config/Claude/claude_desktop_config.json",
    "{\n  \"globalShortcut\": \"\",\n  \"mcpServers\": {\n    \"fs\": {\n      \"command\": \"npx\"\n    }\n  }\n}" },
  { "codex", ".codex/config.toml",
    "model = \"m\"\n\n# mine\n[mcp_servers.docs]\ncommand = \"npx\"\nargs = [\"-y\", \"docs\"]\n\n[mcp_servers.docs.env]\nA = \"[x]\"\n\n[tui]\nnote = \"\"\"\n[mcp_servers.sessiond]\n\"\"\"\n" },
  { "gemini", ".gemini/settings.json",
    "{\n    \"theme\": \"Default\", // nice\n    \"mcpServers\": {\n        \"web\": { \"httpUrl\": \"http://x/mcp\" },\n    },\n}\n" },
  { "vscode", ".config/Code/User/mcp.json",
    "{\n\t\"servers\": {\n\t\t\"gh\": {\n\t\t\t\"type\": \"http\",\n\t\t\t\"url\": \"https://x/mcp\"\n\t\t}\n\t},\n\t\"inputs\": []\n}\n" },
  { "cursor", ".cursor/mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"a\"}}}\n" },
  { "opencode", ".config/opencode/opencode.json",
    "{\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"mcp\": {\n    \"l\": {\"type\": \"local\", \"command\": [\"bun\", \"x\"], \"environment\": {\"K\": \"v\"}}\n  }\n}\n" },
  { "zed", ".config/zed/settings.json",
    "// Zed settings\n{\n  \"ui_font_size\": 16,\n  \"context_servers\": {\n    /* mine */\n    \"s\": {\"command\": \"s\", \"args\": [], \"env\": {}}\n  }\n}\n" },
};

static void
test_table (void)
{
  gsize n_clients;

  g_test_summary ("Each client's file gets our entry, and is what it was when that is taken out");
  mcp_cli_clients_get (&n_clients);
  g_assert_cmpuint (n_clients, ==, G_N_ELEMENTS (samples));
  for (gsize i = 0; i < n_clients; i++)
    {
      const McpCliClient *client = mcp_cli_clients_find (samples[i].id);
      g_autoptr (GError) error = NULL;
      g_autofree char *added = NULL;
      g_autofree char *again = NULL;
      g_autofree char *entry = NULL;
      g_autofree char *removed = NULL;

      g_test_message ("%s", samples[i].id);
      g_assert_nonnull (client);
      g_assert_true (g_str_has_prefix (client->source, "https://"));
      added =
          mcp_cli_clients_add (client, samples[i].text, "sessiond", "/usr/bin/mcp-session", &error);
      g_assert_no_error (error);
      entry = mcp_cli_clients_get_server (client, added, "sessiond", &error);
      g_assert_no_error (error);
      g_assert_nonnull (strstr (entry, "\"/usr/bin/mcp-session\""));
      again = mcp_cli_clients_add (client, added, "sessiond", "/usr/bin/mcp-session", &error);
      g_assert_cmpstr (again, ==, added);
      removed = mcp_cli_clients_remove (client, added, "sessiond", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (removed, ==, samples[i].text);
    }
}

static void
test_new_files (void)
{
  gsize n_clients;
  const McpCliClient *clients = mcp_cli_clients_get (&n_clients);

  g_test_summary ("A client without a file gets one");
  for (gsize i = 0; i < n_clients; i++)
    {
      g_autofree char *text = mcp_cli_clients_add (&clients[i], "", "sessiond", "x", NULL);
      g_autofree char *entry = mcp_cli_clients_get_server (&clients[i], text, "sessiond", NULL);

      g_assert_nonnull (entry);
      g_assert_null (mcp_cli_clients_get_server (&clients[i], "", "sessiond", NULL));
    }
}

static void
test_convert (void)
{
  static const char *const cases[][2] = {
    { "{\"type\":\"stdio\",\"command\":\"a\",\"args\":[\"b\"],\"env\":{\"C\":\"d\"},\"x\":1}",
      "{\"command\":\"a\",\"args\":[\"b\"],\"env\":{\"C\":\"d\"}}" },
    { "{\"type\":\"local\",\"command\":[\"a\",\"b\"],\"environment\":{\"C\":\"d\"}, }",
      "{\"command\":\"a\",\"args\":[\"b\"],\"env\":{\"C\":\"d\"}}" },
    { "{\"httpUrl\":\"http://x\",\"headers\":{}}", "{\"url\":\"http://x\",\"headers\":{}}" },
  };

  g_test_summary ("Servers of clients become servers of the daemon");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *entry = mcp_cli_clients_convert (cases[i][0], NULL);

      g_assert_cmpstr (entry, ==, cases[i][1]);
    }
}

static char *
write_home (CliTest *test, const char *path, const char *text)
{
  g_autofree char *below = g_strconcat ("home/", path, NULL);

  cli_test_setenv (test, "CODEX_HOME", NULL);
  return test_dir_write (test->e2e->dir, below, text, 0640);
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
test_write (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".codex/config.toml", samples[2].text);
  g_autofree char *backup_path = g_strconcat (path, ".before-mcp-session", NULL);
  g_autoptr (CliRun) unasked = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *untouched = NULL;
  g_autofree char *written = NULL;
  g_autofree char *backup = NULL;
  g_autofree char *undone = NULL;

  g_test_summary ("Nothing is written unasked; what is replaced is kept; --undo takes it out");
  printed = cli_test_run_ok (test, "connect", "codex", "--print", NULL);
  g_assert_nonnull (strstr (printed, "+[mcp_servers.sessiond]\n"));
  unasked = cli_test_run (test, NULL, "connect", "codex", NULL);
  g_assert_cmpint (unasked->status, ==, 1);
  untouched = read_text (path);
  g_assert_cmpstr (untouched, ==, samples[2].text);

  g_free (cli_test_run_ok (test, "connect", "codex", "--yes", NULL));
  written = read_text (path);
  g_assert_nonnull (strstr (written, "\n[mcp_servers.sessiond]\ncommand = \"/"));
  backup = read_text (backup_path);
  g_assert_cmpstr (backup, ==, samples[2].text);
  g_free (cli_test_run_ok (test, "connect", "codex", "--undo", "--yes", NULL));
  undone = read_text (path);
  g_assert_cmpstr (undone, ==, samples[2].text);
}

static void
test_import (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (
      test, ".cursor/mcp.json",
      "{\"mcpServers\": {\"a\": {\"command\": \"a\", \"odd\": 1}, \"test\": {\"command\": \"b\"}}}\n");
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;

  g_test_summary ("--import moves the client's servers, but for those that the daemon has already");
  g_free (cli_test_run_ok (test, "connect", "cursor", "--import", "--yes", NULL));
  theirs = read_text (path);
  g_assert_null (strstr (theirs, "\"a\""));
  g_assert_nonnull (strstr (theirs, "\"test\": {\"command\": \"b\"}"));
  g_assert_nonnull (strstr (theirs, "\"sessiond\""));
  ours = cli_test_run_ok (test, "server", "list", "--json", NULL);
  g_assert_nonnull (strstr (ours, "\"a\": {\"command\":\"a\"}"));
  g_assert_null (strstr (ours, "odd"));
}

static void
test_import_toml (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (
      test, ".codex/config.toml",
      "model = \"m\"\n\n[mcp_servers.a] # one\ncommand = 'c:\\x'\nargs = [\n  \"-y\", # yes\n"
      "  \"p\\\"q\",\n]\nenabled = false\n\n[mcp_servers.a.env]\nK = \"v\"\n\n"
      "[mcp_servers.b]\nurl = \"https://b.example/mcp\"\nbearer_token_env_var = \"B\"\n"
      "http_headers = { X = \"1\", 'Y Z' = \"2\" }\n\n[tui]\nanimations = false\n");
  g_autofree char *odd = NULL;
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *after = NULL;
  g_autoptr (CliRun) refused = NULL;

  g_test_summary ("Codex' servers are imported, too; a file that is not understood stays as it is");
  cli_test_setenv (test, "CODEX_HOME", NULL);
  g_free (cli_test_run_ok (test, "connect", "codex", "--import", "--yes", NULL));
  theirs = read_text (path);
  g_assert_true (g_str_has_prefix (
      theirs, "model = \"m\"\n\n[tui]\nanimations = false\n\n[mcp_servers.sessiond]\n"));
  ours = cli_test_run_ok (test, "server", "list", "--json", NULL);
  g_assert_nonnull (strstr (ours, "\"a\": {\"command\":\"c:\\\\x\",\"args\":[\"-y\",\"p\\\"q\"],"
                                  "\"env\":{\"K\":\"v\"},\"disabled\":true}"));
  g_assert_nonnull (strstr (ours, "\"headers\":{\"X\":\"1\",\"Y Z\":\"2\",\"Authorization\":"
                                  "\"Bearer ${env:B}\"}"));

  odd = g_strconcat (theirs, "\n[mcp_servers.c]\ncommand = c\n", NULL);
  g_assert_true (g_file_set_contents (path, odd, -1, NULL));
  refused = cli_test_run (test, NULL, "connect", "codex", "--import", "--yes", NULL);
  g_assert_cmpint (refused->status, ==, 1);
  g_assert_nonnull (strstr (refused->err, "not valid TOML"));
  after = read_text (path);
  g_assert_cmpstr (after, ==, odd);
}

static void
test_toml (void)
{
  static const char *const refused[] = {
    "mcp_servers = { a = { command = \"a\" } }\n",
    "mcp_servers.sessiond.command = \"a\"\n",
    "[mcp_servers]\nsessiond = { command = \"a\" }\n",
    "[mcp_servers]\nsessiond.command = \"a\"\n",
    "[[mcp_servers]]\ncommand = \"a\"\n",
    "[mcp_servers.sessiond]\ncommand = \"a\"\n[tui]\nx = 1\n[mcp_servers.sessiond.env]\nA = \"b\"\n",
    "[mcp_servers.sessiond\n",
    "a = [1, 2\n",
    "a = \"\"\"b\"\n",
    "a = 1\na = 2\n",
    "a b = 1\n",
  };
  static const char *const kept[] = {
    "note = \"'''\"\n[mcp_servers.x]\ncommand = \"'''\"\n",
    "d = 1979-05-27 07:32:00 # when\nf = [ 1_000, 0x1f, -2.5e3, nan, ] \n'a b'.\"c\".d = '''\n[x]'''\n",
    "[mcp_servers]\na = { command = \"a\", env = { B = \"c\" } }\n",
    "[[x.y]]\nz = 1\r\n[[x.y]]\nz = {}\n",
    "\357\273\277[mcp_servers.\"sess.iond\"]\ncommand = \"\\u00e9\"\n",
  };
  const McpCliClient *codex = mcp_cli_clients_find ("codex");

  g_test_summary ("A TOML file gets the entry, or is refused; everything else in it stays");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", refused[i]);
      g_assert_null (mcp_cli_clients_add (codex, refused[i], "sessiond", "x", &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *with = mcp_cli_clients_add (codex, kept[i], "sessiond", "x", &error);
      g_autofree char *without = NULL;

      g_assert_no_error (error);
      without = mcp_cli_clients_remove (codex, with, "sessiond", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (without, ==, kept[i]);
    }
}

static void
test_not_regular (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".cursor/mcp.json", "{}");
  g_autofree char *large = write_home (test, ".gemini/settings.json", "{}");
  g_autofree char *device = write_home (test, ".claude.json", "{}");
  g_autoptr (CliRun) fifo = NULL;
  g_autoptr (CliRun) huge = NULL;
  g_autoptr (CliRun) endless = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("A pipe, a device and a file without bounds in a client's place are refused");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  fifo = cli_test_run (test, NULL, "connect", "cursor", "--yes", NULL);
  g_assert_cmpint (fifo->status, ==, 1);
  g_assert_nonnull (strstr (fifo->err, "not a regular file"));
  g_assert_cmpint (truncate (large, (off_t) 8 << 30), ==, 0);
  huge = cli_test_run (test, NULL, "connect", "gemini", "--yes", NULL);
  g_assert_cmpint (huge->status, ==, 1);
  g_assert_nonnull (strstr (huge->err, "larger than 16 MiB"));
  g_assert_cmpint (g_remove (device), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", device), ==, 0);
  endless = cli_test_run (test, NULL, "connect", "claude-code", "--yes", NULL);
  g_assert_cmpint (endless->status, ==, 1);
  list = cli_test_run_ok (test, "connect", NULL);
  g_assert_nonnull (strstr (list, "not readable"));
}

static void
test_broken (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".cursor/mcp.json", "{\"mcpServers\": [");
  g_autofree char *text = NULL;
  g_autoptr (CliRun) broken = NULL;
  g_autoptr (CliRun) unknown = NULL;

  g_test_summary ("A file that is not understood is left alone");
  broken = cli_test_run (test, NULL, "connect", "cursor", "--yes", NULL);
  g_assert_cmpint (broken->status, ==, 1);
  g_assert_nonnull (strstr (broken->err, "mcp.json"));
  text = read_text (path);
  g_assert_cmpstr (text, ==, "{\"mcpServers\": [");
  unknown = cli_test_run (test, NULL, "connect", "emacs", NULL);
  g_assert_cmpint (unknown->status, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/connect/table", test_table);
  g_test_add_func ("/cli/connect/new-files", test_new_files);
  g_test_add_func ("/cli/connect/convert", test_convert);
  g_test_add_func ("/cli/connect/write", test_write);
  g_test_add_func ("/cli/connect/import", test_import);
  g_test_add_func ("/cli/connect/import-toml", test_import_toml);
  g_test_add_func ("/cli/connect/toml", test_toml);
  g_test_add_func ("/cli/connect/not-regular", test_not_regular);
  g_test_add_func ("/cli/connect/broken", test_broken);
  return g_test_run ();
}
