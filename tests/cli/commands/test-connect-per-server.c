/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * connect --per-server and --sync: an entry of a client for each server of the daemon.
 */
#include "cli-test.h"
#include "cli/files/mcp-cli-own-entries.h"

#include <string.h>

#define COMMAND "/usr/bin/mcp-session"

static char *wanted[] = { (char *) "files", (char *) "my server/2", NULL };
static char *nothing[] = { NULL };
static const McpCliOwnServers servers = { wanted, nothing };

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("No %s in %s", part, text);
}

static void
assert_has_not (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    g_error ("%s is in %s", part, text);
}

static void
test_every_client (void)
{
  gsize n_clients;
  const McpCliClient *clients = mcp_cli_clients_get (&n_clients);

  g_test_summary (
      "Each client gets an entry for each server, under a name that it can take; the same "
      "again changes nothing");
  for (gsize i = 0; i < n_clients; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = mcp_cli_own_entries_sync (&clients[i], "", COMMAND, &servers, &error);
      g_autofree char *entry = NULL;
      g_autofree char *again = NULL;
      g_autofree char *removed = NULL;

      g_test_message ("%s", clients[i].id);
      g_assert_no_error (error);
      entry = mcp_cli_clients_get_server (&clients[i], text, "my-server-2", &error);
      g_assert_no_error (error);
      assert_has (entry, "\"--server\"");
      assert_has (entry, "\"my server/2\"");
      g_assert_true (mcp_cli_own_entries_are_used (&clients[i], text));
      again = mcp_cli_own_entries_sync (&clients[i], text, COMMAND, &servers, &error);
      g_assert_cmpstr (again, ==, text);
      removed = mcp_cli_own_entries_remove (&clients[i], text, &error);
      g_assert_no_error (error);
      g_assert_false (mcp_cli_own_entries_are_used (&clients[i], removed));
    }
}

static void
test_names_are_unique (void)
{
  static char *alike[] = { (char *) "a b", (char *) "a-b", (char *) "ä", NULL };
  static const McpCliOwnServers own = { alike, nothing };
  const McpCliClient *client = mcp_cli_clients_find ("cursor");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = mcp_cli_own_entries_sync (
      client, "{\"mcpServers\": {\"a-b\": {\"command\": \"mine\"}}}", COMMAND, &own, &error);
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;

  g_test_summary (
      "Names of entries are readable and unique, and no server of the user's is replaced");
  g_assert_no_error (error);
  names = mcp_cli_clients_list_servers (client, text, &error);
  joined = g_strjoinv (" ", names);
  g_assert_cmpstr (joined, ==, "a-b a-b-sessiond a-b-sessiond-2 server");
  assert_has (text, "\"command\": \"mine\"");
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

static char *
write_home (CliTest *test, const char *path, const char *text)
{
  g_autofree char *below = g_strconcat ("home/", path, NULL);

  cli_test_setenv (test, "CODEX_HOME", NULL);
  return test_dir_write (test->e2e->dir, below, text, 0640);
}

static void
write_servers (CliTest *test, const char *text)
{
  g_autofree char *path = e2e_build (test->e2e, "config/mcp-sessiond/mcp.json");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
run_and_read (CliTest *test, const char *path, const char *const *words)
{
  g_free (cli_test_run_ok (test, "connect", "cursor", words[0], words[1], NULL));
  return read_text (path);
}

#define PER_SERVER ((const char *const[]){ "--yes", "--per-server", NULL })
#define SYNC       ((const char *const[]){ "--yes", "--sync", NULL })
#define ALL        ((const char *const[]){ "--yes", NULL })
#define UNDO       ((const char *const[]){ "--yes", "--undo", NULL })

static void
test_in_step (void)
{
  static const char before[] = "{\"mcpServers\": {\"mine\": {\"command\": \"m\"}}}\n";
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".cursor/mcp.json", before);
  g_autofree char *connected = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *synced = NULL;
  g_autofree char *again = NULL;
  g_autofree char *list = NULL;
  g_auto (GStrv) parts = NULL;

  g_test_summary (
      "The entries follow mcp.json: what is new is added, what has gone or is switched off is "
      "removed; what the user wrote stays");
  write_servers (test,
                 "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b\": {\"command\": \"y\"}, "
                 "\"c\": {\"command\": \"z\"}}}");
  connected = run_and_read (test, path, PER_SERVER);
  assert_has (connected, "\"stdio\",\"--server\",\"a\"]");
  assert_has_not (connected, "\"sessiond\"");
  list = cli_test_run_ok (test, "connect", NULL);
  assert_has (list, "connected per server");

  parts = g_strsplit (connected, "\"stdio\",\"--server\",\"a\"]", 2);
  edited = g_strconcat (
      parts[0], "\"stdio\",\"--server\",\"a\",\"--allow\",\"x*\"], \"timeout\": 5", parts[1], NULL);
  g_assert_true (g_file_set_contents (path, edited, -1, NULL));
  write_servers (test,
                 "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, "
                 "\"c\": {\"command\": \"z\", \"disabled\": true}, \"d\": {\"command\": \"w\"}}}");
  g_free (cli_test_run_ok (test, "connect", "--sync", "--yes", NULL));
  synced = read_text (path);
  assert_has (synced, "\"--allow\",\"x*\"], \"timeout\": 5");
  assert_has (synced, "\"mine\": {\"command\": \"m\"}");
  assert_has (synced, "\"stdio\",\"--server\",\"d\"]");
  assert_has_not (synced, "\"b\"");
  assert_has_not (synced, "\"c\"");
  again = run_and_read (test, path, SYNC);
  g_assert_cmpstr (again, ==, synced);
}

static void
test_back (void)
{
  static const char before[] = "{\"mcpServers\": {\"mine\": {\"command\": \"m\"}}}\n";
  g_autoptr (CliTest) test = cli_test_new ();
  g_autofree char *path = write_home (test, ".cursor/mcp.json", before);
  g_autofree char *connected = NULL;
  g_autofree char *undone = NULL;
  g_autofree char *with_all = NULL;
  g_autoptr (CliRun) refused = NULL;

  g_test_summary ("From one entry to one for each server and back; --undo takes all of them out");
  refused = cli_test_run (test, NULL, "connect", "cursor", "--sync", "--yes", NULL);
  g_assert_cmpint (refused->status, ==, 1);
  assert_has (refused->err, "--per-server");
  connected = run_and_read (test, path, PER_SERVER);
  assert_has (connected, "\"--server\",\"test\"]");
  undone = run_and_read (test, path, UNDO);
  g_assert_cmpstr (undone, ==, before);

  g_free (run_and_read (test, path, ALL));
  g_free (connected);
  connected = run_and_read (test, path, PER_SERVER);
  assert_has_not (connected, "\"sessiond\"");
  with_all = run_and_read (test, path, ALL);
  assert_has (with_all, "\"sessiond\"");
  assert_has_not (with_all, "--server");
}

static void
test_usage (void)
{
  g_autoptr (CliTest) test = cli_test_new ();
  g_autoptr (CliRun) both = NULL;

  g_test_summary ("What contradicts itself is refused");
  both = cli_test_run (test, NULL, "connect", "cursor", "--per-server", "--undo", NULL);
  g_assert_cmpint (both->status, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/connect-per-server/every-client", test_every_client);
  g_test_add_func ("/cli/connect-per-server/names-are-unique", test_names_are_unique);
  g_test_add_func ("/cli/connect-per-server/in-step", test_in_step);
  g_test_add_func ("/cli/connect-per-server/back", test_back);
  g_test_add_func ("/cli/connect-per-server/usage", test_usage);
  return g_test_run ();
}
