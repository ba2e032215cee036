/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * connect: the table of clients against sample files, and the command.
 */
#include "cli-test.h"
#include "cli/files/mcp-cli-clients.h"
#include "cli/files/mcp-cli-entry.h"
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
  { "qwen", ".qwen/settings.json",
    "{\n  \"mcpServers\": {\n    \"q\": {\"command\": \"q\"}\n  }\n}\n" },
  { "copilot", ".copilot/mcp-config.json",
    "{\n  \"mcpServers\": {\n    \"c\": {\"type\": \"local\", \"command\": \"c\", \"args\": [], \"tools\": [\"*\"]}\n  }\n}\n" },
  { "windsurf", ".codeium/windsurf/mcp_config.json",
    "{\"mcpServers\": {\"w\": {\"serverUrl\": \"https://w/\"}}}\n" },
  { "crush", ".config/crush/crush.json",
    "{\"$schema\": \"x\", \"mcp\": {\"k\": {\"type\": \"stdio\", \"command\": \"k\"}}}\n" },
  { "amp", ".config/amp/settings.json",
    "{\n  \"amp.mcpServers\": {\n    \"m\": {\"command\": \"m\"}\n  }\n}\n" },
  { "lm-studio", ".lmstudio/mcp.json",
    "{\n  \"mcpServers\": {\n    \"l\": {\"command\": \"l\"}\n  }\n}\n" },
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
      added = mcp_cli_clients_add (client, samples[i].text, "sessiond", "/usr/bin/mcp-session",
                                   NULL, &error);
      g_assert_no_error (error);
      entry = mcp_cli_clients_get_server (client, added, "sessiond", &error);
      g_assert_no_error (error);
      g_assert_nonnull (strstr (entry, "\"/usr/bin/mcp-session\""));
      again = mcp_cli_clients_add (client, added, "sessiond", "/usr/bin/mcp-session", NULL, &error);
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
      g_autofree char *text = mcp_cli_clients_add (&clients[i], "", "sessiond", "x", NULL, NULL);
      g_autofree char *entry = mcp_cli_clients_get_server (&clients[i], text, "sessiond", NULL);

      g_assert_nonnull (entry);
      g_assert_null (mcp_cli_clients_get_server (&clients[i], "", "sessiond", NULL));
    }
}

static void
test_convert (void)
{
  static const struct
  {
    const char *client;
    const char *entry;
    const char *ours;     /* (nullable): refused */
    const char *left_out; /* (nullable) */
  } cases[] = {
    { "cursor", "{\"type\":\"stdio\",\"command\":\"a\",\"args\":[\"b\"],\"env\":{\"C\":\"d\"}}",
      "{\"command\":\"a\",\"args\":[\"b\"],\"env\":{\"C\":\"d\"}}", NULL },
    { "opencode",
      "{\"type\":\"local\",\"command\":[\"a\",\"{env:B}\"],\"environment\":{\"C\":\"x{env:D}\"},\"enabled\":false, }",
      "{\"command\":\"a\",\"args\":[\"${env:B}\"],\"env\":{\"C\":\"x${env:D}\"},\"disabled\":true}",
      NULL },
    { "gemini", "{\"httpUrl\":\"http://x\",\"headers\":{\"A\":\"Bearer $TOKEN\",\"B\":\"${C}\"}}",
      "{\"url\":\"http://x\",\"headers\":{\"A\":\"Bearer ${env:TOKEN}\",\"B\":\"${env:C}\"}}",
      NULL },
    { "gemini",
      "{\"command\":\"e\",\"includeTools\":[\"read\"],\"excludeTools\":[\"delete\"],\"timeout\":600000,\"trust\":true}",
      "{\"command\":\"e\",\"allow\":[\"read\"],\"deny\":[\"delete\"],\"timeoutSeconds\":600}",
      "trust" },
    { "claude-code",
      "{\"command\":\"b\",\"env\":{\"K\":\"${MY_KEY}\",\"L\":\"${X:-y}\",\"N\":1,\"O\":null}}",
      "{\"command\":\"b\",\"env\":{\"K\":\"${env:MY_KEY}\",\"L\":\"${X:-y}\",\"N\":\"1\"}}", NULL },
    { "claude-code", "{\"type\":\"sse\",\"url\":\"http://x/sse\"}",
      "{\"type\":\"sse\",\"url\":\"http://x/sse\"}", NULL },
    { "claude-code", "{\"command\":\"a\",\"disabled\":true}",
      "{\"command\":\"a\",\"disabled\":true}", NULL },
    { "cursor", "{\"command\":\"c\",\"args\":[\"${workspaceFolder}/x\"],\"alwaysAllow\":[\"t\"]}",
      "{\"command\":\"c\",\"args\":[\"${cwd}/x\"]}", "alwaysAllow" },
    { "windsurf", "{\"serverUrl\":\"https://x/mcp\"}", "{\"url\":\"https://x/mcp\"}", NULL },
    { "copilot", "{\"type\":\"local\",\"command\":\"c\",\"tools\":[\"*\"]}",
      "{\"command\":\"c\",\"allow\":[\"*\"]}", NULL },
    { "codex",
      "{\"command\":\"h\",\"tool_timeout_sec\":600,\"enabled_tools\":[\"read\"],\"env_vars\":[\"TOKEN\",\"PATH\"],"
      "\"tools\":{\"x\":{\"approval_mode\":\"approve\"}}}",
      "{\"command\":\"h\",\"timeoutSeconds\":600,\"allow\":[\"read\"],\"env\":{\"TOKEN\":\"${env:TOKEN}\"}}",
      "tools" },
    { "cursor", "{\"command\":\"d\",\"envFile\":\"${workspaceFolder}/.env\"}", NULL, NULL },
    { "vscode", "{\"command\":\"g\",\"env\":{\"K\":\"${input:key}\"}}", NULL, NULL },
    { "opencode", "{\"command\":[\"a\"],\"environment\":{\"K\":\"{file:~/k}\"}}", NULL, NULL },
    { "codex", "{\"command\":\"a\",\"args\":[\"${cwd}\"]}", NULL, NULL },
    { "zed", "{\"settings\":{}}", NULL, NULL },
    { "cursor", "{\"command\":\"a\",\"type\":\"ws\"}", NULL, NULL },
    { "cursor", "{\"command\":\"a\",\"disabled\":\"yes\"}", NULL, NULL },
  };

  g_test_summary ("A client's entry keeps its meaning, or is refused");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GError) error = NULL;
      g_autofree char *entry = mcp_cli_entry_convert (mcp_cli_clients_find (cases[i].client),
                                                      cases[i].entry, left_out, &error);

      g_test_message ("%s", cases[i].entry);
      g_assert_cmpstr (entry, ==, cases[i].ours);
      if (entry == NULL)
        g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      else
        g_assert_cmpstr (left_out->len > 0 ? g_ptr_array_index (left_out, 0) : NULL, ==,
                         cases[i].left_out);
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
      "{\"mcpServers\": {\"a\": {\"command\": \"a\"}, \"odd\": {\"command\": \"o\", \"envFile\": \"x\"}, "
      "\"test\": {\"command\": \"b\"}}}\n");
  g_autofree char *ours_path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("--import moves servers; those that would lose something stay, with a reason");
  run = cli_test_run (test, NULL, "connect", "cursor", "--import", "--yes", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_nonnull (strstr (run->err, "“odd” stays with the client: “envFile”"));
  g_assert_nonnull (strstr (run->err, "“test” stays with the client"));
  theirs = read_text (path);
  g_assert_null (strstr (theirs, "\"a\""));
  g_assert_nonnull (strstr (theirs, "\"envFile\": \"x\""));
  g_assert_nonnull (strstr (theirs, "\"test\": {\"command\": \"b\"}"));
  g_assert_nonnull (strstr (theirs, "\"sessiond\""));
  ours = read_text (ours_path);
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
      "http_headers = { X = \"1\", 'Y-Z' = \"2\" }\n\n[tui]\nanimations = false\n");
  g_autofree char *odd = NULL;
  g_autofree char *ours_path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");
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
  ours = read_text (ours_path);
  g_assert_nonnull (strstr (ours, "\"a\": {\"command\":\"c:\\\\x\",\"args\":[\"-y\",\"p\\\"q\"],"
                                  "\"disabled\":true,\"env\":{\"K\":\"v\"}}"));
  g_assert_nonnull (strstr (ours, "\"headers\":{\"Authorization\":\"Bearer ${env:B}\","
                                  "\"X\":\"1\",\"Y-Z\":\"2\"}"));

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
      g_assert_null (mcp_cli_clients_add (codex, refused[i], "sessiond", "x", NULL, &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *with = mcp_cli_clients_add (codex, kept[i], "sessiond", "x", NULL, &error);
      g_autofree char *without = NULL;

      g_assert_no_error (error);
      without = mcp_cli_clients_remove (codex, with, "sessiond", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (without, ==, kept[i]);
    }
}

static void
test_again (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *codex =
      write_home (test, ".codex/config.toml",
                  "[mcp_servers.sessiond] # mine\ncommand = \"old\"\nenv_vars = [\"A\"]\n\n"
                  "[mcp_servers.sessiond.tools.x]\napproval_mode = \"approve\"\n");
  g_autofree char *claude = write_home (
      test, ".claude.json",
      "{\"mcpServers\": {\"sessiond\": {\"command\": \"old\", \"timeout\": 5000, \"type\":\"stdio\"}}}\n");
  g_autofree char *toml = NULL;
  g_autofree char *json = NULL;
  g_autoptr (CliRun) again = NULL;

  g_test_summary ("What the user added to the daemon's entry stays when it is written again");
  g_free (cli_test_run_ok (test, "connect", "codex", "--yes", NULL));
  toml = read_text (codex);
  g_assert_true (g_str_has_prefix (toml, "[mcp_servers.sessiond] # mine\ncommand = \"/"));
  g_assert_nonnull (strstr (toml, "args = [\"stdio\"]\nenv_vars = [\"A\"]\n\n"
                                  "[mcp_servers.sessiond.tools.x]\napproval_mode"));
  g_assert_null (strstr (toml, "old"));
  g_free (cli_test_run_ok (test, "connect", "claude-code", "--yes", NULL));
  json = read_text (claude);
  g_assert_nonnull (strstr (json, "\"timeout\": 5000, \"type\":\"stdio\""));
  g_assert_null (strstr (json, "old"));
  again = cli_test_run (test, NULL, "connect", "claude-code", "--yes", NULL);
  g_assert_nonnull (strstr (again->err, "Nothing needs to be changed"));
}

static void
test_undo (void)
{
  static const char before[] = "{\"theme\": \"x\" /* no end of line */}";
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".gemini/settings.json", before);
  g_autofree char *backup_path = g_strconcat (path, ".before-mcp-session", NULL);
  g_autofree char *made = e2e_build (test->e2e, "home/.qwen/settings.json");
  g_autofree char *undone = NULL;
  g_autofree char *connected = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *backup = NULL;
  g_autofree char *rest = NULL;

  g_test_summary ("--undo restores every byte; the backup is the original, whatever comes later");
  g_free (cli_test_run_ok (test, "connect", "gemini", "--yes", NULL));
  connected = read_text (path);
  g_free (cli_test_run_ok (test, "connect", "gemini", "--undo", "--yes", NULL));
  undone = read_text (path);
  g_assert_cmpstr (undone, ==, before);
  g_assert_false (g_file_test (backup_path, G_FILE_TEST_EXISTS));

  g_free (cli_test_run_ok (test, "connect", "gemini", "--yes", NULL));
  edited = g_strdup_printf ("{\"more\": 1, %s", connected + 1);
  g_assert_true (g_file_set_contents (path, edited, -1, NULL));
  g_free (cli_test_run_ok (test, "connect", "gemini", "--undo", "--yes", NULL));
  backup = read_text (backup_path);
  g_assert_cmpstr (backup, ==, before);
  rest = read_text (path);
  g_assert_nonnull (strstr (rest, "\"more\": 1"));
  g_assert_null (strstr (rest, "sessiond"));

  g_free (cli_test_run_ok (test, "connect", "qwen", "--yes", NULL));
  g_free (cli_test_run_ok (test, "connect", "qwen", "--undo", "--yes", NULL));
  g_assert_false (g_file_test (made, G_FILE_TEST_EXISTS));
}

static void
test_all (void)
{
  static const char before[] = "{\"mcpServers\": {}}\n";
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *cursor = write_home (test, ".cursor/mcp.json", before);
  g_autofree char *gemini = write_home (test, ".gemini/settings.json", before);
  g_autofree char *other = e2e_build (test->e2e, "home/.qwen/settings.json");
  g_autofree char *connected = NULL;
  g_autofree char *also = NULL;
  g_autofree char *undone = NULL;

  g_test_summary ("--all connects the clients that have a configuration, and no others");
  g_free (cli_test_run_ok (test, "connect", "--all", "--yes", NULL));
  connected = read_text (cursor);
  also = read_text (gemini);
  g_assert_nonnull (strstr (connected, "sessiond"));
  g_assert_nonnull (strstr (also, "sessiond"));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
  g_free (cli_test_run_ok (test, "connect", "--all", "--undo", "--yes", NULL));
  undone = read_text (cursor);
  g_assert_cmpstr (undone, ==, before);
}

static void
test_permissions (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (
      test, ".claude.json",
      "{\"mcpServers\": {\"odd\": {\"command\": \"o\"}, \"b\": {\"command\": \"b\"}}}\n");
  g_autofree char *settings = write_home (test, ".claude/settings.json",
                                          "{\"permissions\": {\"deny\": [\"mcp__odd__where\"]}}\n");
  g_autofree char *theirs = NULL;
  g_autoptr (CliRun) run = NULL;

  g_test_summary ("A server with permission rules of Claude Code stays: they would not match");
  run = cli_test_run (test, NULL, "connect", "claude-code", "--import", "--yes", NULL);
  g_assert_cmpint (run->status, ==, 0);
  g_assert_nonnull (strstr (run->err, "mcp__sessiond__odd__"));
  theirs = read_text (path);
  g_assert_nonnull (strstr (theirs, "\"odd\""));
  g_assert_null (strstr (theirs, "\"b\""));
}

static void
test_moved_files (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *jsonc = e2e_build (test->e2e, "config/opencode/opencode.jsonc");
  g_autofree char *directory = g_path_get_dirname (jsonc);
  g_autofree char *list = NULL;
  g_autoptr (CliRun) wrong = NULL;

  g_test_summary (
      "Files are where the client reads them; a name that is nearly right is suggested");
  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (jsonc, "{}", -1, NULL));
  cli_test_setenv (test, "CLAUDE_CONFIG_DIR", "/nonexistent/claude");
  cli_test_setenv (test, "GEMINI_CLI_HOME", "/nonexistent/gemini");
  list = cli_test_run_ok (test, "connect", NULL);
  g_assert_nonnull (strstr (list, "/nonexistent/claude/.claude.json"));
  g_assert_nonnull (strstr (list, "/nonexistent/gemini/.gemini/settings.json"));
  g_assert_nonnull (strstr (list, "opencode.jsonc"));
  wrong = cli_test_run (test, NULL, "connect", "claude", NULL);
  g_assert_cmpint (wrong->status, ==, 2);
  g_assert_nonnull (strstr (wrong->err, "did you mean “claude-code”?"));
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
  g_test_add_func ("/cli/connect/again", test_again);
  g_test_add_func ("/cli/connect/undo", test_undo);
  g_test_add_func ("/cli/connect/all", test_all);
  g_test_add_func ("/cli/connect/permissions", test_permissions);
  g_test_add_func ("/cli/connect/moved-files", test_moved_files);
  g_test_add_func ("/cli/connect/not-regular", test_not_regular);
  g_test_add_func ("/cli/connect/broken", test_broken);
  return g_test_run ();
}
