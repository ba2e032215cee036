/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-editor.h"
#include "cli/commands/mcp-cli-file-change.h"
#include "cli/commands/mcp-cli-import-secrets.h"
#include "cli/commands/mcp-cli-import.h"
#include "cli/files/mcp-cli-clients.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-own-entries.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_NAME "sessiond"

typedef struct
{
  gboolean yes;
  gboolean print;
  gboolean import;
  gboolean secrets;
  gboolean undo;
  gboolean all;
  gboolean per_server;
  gboolean sync;
} Options;

/* Clients of a desktop may have another PATH than a shell. */
static char *
dup_command (void)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  return path != NULL ? g_steal_pointer (&path) : g_strdup ("mcp-session");
}

static gboolean
prefix_failure (const McpCliFileChange *change, GError **error)
{
  g_prefix_error (error, "%s: ", change->path);
  return FALSE;
}

/* With one entry for all servers of the daemon, and no other entry of the daemon's. */
static char *
build_with_all (const McpCliClient *client, const char *text, const char *command, GError **error)
{
  g_autofree char *without = mcp_cli_own_entries_remove (client, text, error);

  return without != NULL ? mcp_cli_clients_add (client, without, ENTRY_NAME, command, NULL, error)
                         : NULL;
}

static char *
build_with_each (const McpCliClient *client,
                 const char *text,
                 const char *command,
                 const McpCliFileChange *servers,
                 GError **error)
{
  g_auto (McpCliOwnServers) own = { NULL };

  return mcp_cli_own_entries_read_servers (&own, servers->after, servers->path, error)
             ? mcp_cli_own_entries_sync (client, text, command, &own, error)
             : NULL;
}

/* Whether a text with the daemon's entries, and nothing else, was made from that one. */
static gboolean
is_made_from (const McpCliClient *client,
              const char *text,
              const char *original,
              const char *command,
              const McpCliFileChange *servers)
{
  g_autofree char *with_all = build_with_all (client, original, command, NULL);
  g_autofree char *with_each = build_with_each (client, original, command, servers, NULL);

  return g_strcmp0 (with_all, text) == 0 || g_strcmp0 (with_each, text) == 0;
}

/* Returns: (nullable): the text without any entry of the daemon; %NULL without an error if there is
 * none */
static char *
build_without (const McpCliClient *client, const char *text, GError **error)
{
  g_autofree char *without_each = mcp_cli_own_entries_remove (client, text, error);
  g_autoptr (GError) local_error = NULL;
  char *without;

  if (without_each == NULL)
    return NULL;
  without = mcp_cli_clients_remove (client, without_each, ENTRY_NAME, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (without == NULL && strcmp (without_each, text) != 0)
    without = g_steal_pointer (&without_each);
  return without;
}

/* If nothing else has changed since, the file is byte for byte what it was. */
static gboolean
plan_undo (const McpCliClient *client,
           const char *command,
           McpCliFileChange *change,
           const McpCliFileChange *servers,
           GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (change->original != NULL &&
      is_made_from (client, change->before, change->original, command, servers))
    return mcp_cli_file_change_take (change, g_strdup (change->original));
  if (!mcp_cli_file_change_take (change, build_without (client, change->before, &local_error)))
    {
      if (local_error == NULL)
        g_set_error (&local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND, _ ("%s is not connected"),
                     client->title);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  change->removes =
      change->original == NULL && is_made_from (client, change->before, "", command, servers);
  if (change->removes)
    mcp_cli_file_change_take (change, g_strdup (""));
  return TRUE;
}

static gboolean
plan_entries (const McpCliClient *client,
              const Options *options,
              const char *command,
              McpCliFileChange *change,
              const McpCliFileChange *servers,
              GError **error)
{
  if (options->sync && !mcp_cli_own_entries_are_used (client, change->before))
    {
      g_set_error (
          error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
          _ ("%s has no entry for each server; “mcp-session connect %s --per-server” makes "
             "them"),
          client->title, client->id);
      return FALSE;
    }
  return mcp_cli_file_change_take (
      change, options->sync || options->per_server
                  ? build_with_each (client, change->after, command, servers, error)
                  : build_with_all (client, change->after, command, error));
}

static gboolean
plan (const McpCliClient *client,
      const Options *options,
      McpCliFileChange *change,
      McpCliFileChange *servers,
      GError **error)
{
  g_autofree char *command = dup_command ();

  if (options->undo)
    return plan_undo (client, command, change, servers, error) || prefix_failure (change, error);
  if (options->import && !mcp_cli_import_plan (client, ENTRY_NAME, change, servers, error))
    return prefix_failure (change, error);
  return plan_entries (client, options, command, change, servers, error) ||
         prefix_failure (change, error);
}

static gboolean
confirm (const char *question)
{
  gboolean yes = FALSE;

  return mcp_cli_editor_ask (question, &yes) && yes;
}

/* What was imported in plain text stays so, unless somebody says otherwise. */
static gboolean
plan_secrets (const Options *options,
              McpCliImportSecrets *secrets,
              McpCliFileChange *servers,
              GError **error)
{
  gboolean may_ask = !options->yes && !options->print && isatty (STDIN_FILENO);

  if (mcp_cli_import_secrets_is_empty (secrets))
    return TRUE;
  if (!options->secrets)
    mcp_cli_import_secrets_print (
        secrets, may_ask ? _ ("The daemon can keep these in the keyring, or in files that only you "
                              "can read where there is none.")
                         : _ ("They stay as they are; --secrets has the daemon keep them in the "
                              "keyring, or in files that only you can read where there is none"));
  if (!options->secrets && (!may_ask || !confirm (_ ("Store them there? [y/N]"))))
    return TRUE;
  return mcp_cli_import_secrets_plan (secrets, servers, error);
}

/* The daemon gets the secrets, then the servers: if a file cannot be written, nothing is lost. */
static gboolean
write_all (const McpCliFileChange *change,
           const McpCliFileChange *servers,
           McpCliImportSecrets *secrets,
           GError **error)
{
  if (!mcp_cli_import_secrets_store (secrets, error))
    return FALSE;
  if (!mcp_cli_file_change_write (servers, error))
    {
      mcp_cli_import_secrets_forget (secrets);
      return FALSE;
    }
  return mcp_cli_file_change_write (change, error);
}

static int
apply (const Options *options,
       const McpCliFileChange *change,
       const McpCliFileChange *servers,
       McpCliImportSecrets *secrets)
{
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_file_change_is_needed (change) && !mcp_cli_file_change_is_needed (servers))
    {
      mcp_cli_text_print (_ ("Nothing needs to be changed"));
      return MCP_CLI_OK;
    }
  mcp_cli_file_change_print (servers);
  mcp_cli_file_change_print (change);
  if (options->print)
    return MCP_CLI_OK;
  if (!options->yes && !isatty (STDIN_FILENO))
    {
      mcp_cli_text_print (_ ("Nothing was written; --yes writes without asking"));
      return MCP_CLI_FAILED;
    }
  if (!options->yes && !confirm (_ ("Write this? [y/N]")))
    {
      mcp_cli_text_print (_ ("Nothing was written"));
      return MCP_CLI_FAILED;
    }
  if (write_all (change, servers, secrets, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

static int
connect_client (const McpCliClient *client, const Options *options)
{
  g_auto (McpCliFileChange) change = { NULL };
  g_auto (McpCliFileChange) servers = { NULL };
  g_autoptr (McpCliImportSecrets) secrets = NULL;
  g_autoptr (GError) error = NULL;

  if (mcp_cli_file_change_load (&change, mcp_cli_clients_dup_path (client), &error) &&
      mcp_cli_file_change_load (&servers, mcp_cli_servers_file_dup_path (), &error) &&
      plan (client, options, &change, &servers, &error))
    {
      secrets = mcp_cli_import_secrets_find (&servers);
      if (plan_secrets (options, secrets, &servers, &error))
        return apply (options, &change, &servers, secrets);
    }
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

typedef enum
{
  STATE_NO_FILE,
  STATE_UNREADABLE,
  STATE_NOT_CONNECTED,
  STATE_CONNECTED,
  STATE_PER_SERVER,
} State;

static State
find_state (const McpCliClient *client, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *entry = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return STATE_NO_FILE;
  if (mcp_cli_file_read (path, &text, &error))
    entry = mcp_cli_clients_get_server (client, text, ENTRY_NAME, &error);
  if (error != NULL)
    return STATE_UNREADABLE;
  if (entry != NULL)
    return STATE_CONNECTED;
  return mcp_cli_own_entries_are_used (client, text) ? STATE_PER_SERVER : STATE_NOT_CONNECTED;
}

static const char *
describe_state (State state)
{
  switch (state)
    {
    case STATE_NO_FILE:
      return _ ("no file");
    case STATE_UNREADABLE:
      return _ ("not readable");
    case STATE_CONNECTED:
      return _ ("connected");
    case STATE_PER_SERVER:
      return _ ("connected per server");
    case STATE_NOT_CONNECTED:
      break;
    }
  return _ ("not connected");
}

static int
list_clients (void)
{
  const char *titles[] = { _ ("CLIENT"), _ ("NAME"), _ ("STATE"), _ ("FILE"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  gsize n_clients;
  const McpCliClient *clients = mcp_cli_clients_get (&n_clients);

  for (gsize i = 0; i < n_clients; i++)
    {
      g_autofree char *path = mcp_cli_clients_dup_path (&clients[i]);
      g_autofree char *shown = mcp_cli_text_shorten_path (path);

      mcp_cli_table_add (table, (const char *[]){ clients[i].id, clients[i].title,
                                                  describe_state (find_state (&clients[i], path)),
                                                  shown });
    }
  mcp_cli_table_print (table);
  return MCP_CLI_OK;
}

/* Each client that has a file; with --undo, each that is connected; with --sync, each that has an
 * entry for each server. */
static gboolean
is_meant (const Options *options, State state)
{
  if (options->sync)
    return state == STATE_PER_SERVER;
  if (options->undo)
    return state == STATE_CONNECTED || state == STATE_PER_SERVER;
  return state != STATE_NO_FILE;
}

static int
connect_all (const Options *options)
{
  gsize n_clients;
  const McpCliClient *clients = mcp_cli_clients_get (&n_clients);
  int status = MCP_CLI_OK;

  for (gsize i = 0; i < n_clients; i++)
    {
      g_autofree char *path = mcp_cli_clients_dup_path (&clients[i]);

      if (!is_meant (options, find_state (&clients[i], path)))
        continue;
      mcp_cli_text_print ("%s", clients[i].title);
      if (connect_client (&clients[i], options) != MCP_CLI_OK)
        status = MCP_CLI_FAILED;
    }
  return status;
}

/**
 * mcp_cli_cmd_connect:
 * @argc: number of words
 * @argv: the words
 *
 * Gives a client the daemon's tools, in its own configuration.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_connect (int argc, char **argv)
{
  Options options = { FALSE };
  const GOptionEntry entries[] = {
    { "yes", 'y', 0, G_OPTION_ARG_NONE, &options.yes, N_ ("Write without asking"), NULL },
    { "print", 0, 0, G_OPTION_ARG_NONE, &options.print, N_ ("Only show what would change"), NULL },
    { "import", 0, 0, G_OPTION_ARG_NONE, &options.import,
      N_ ("Move the client’s own servers to the daemon"), NULL },
    { "secrets", 0, 0, G_OPTION_ARG_NONE, &options.secrets,
      N_ ("With --import: have secrets in plain text kept in the keyring"), NULL },
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all, N_ ("Every client that has a configuration"),
      NULL },
    { "per-server", 0, 0, G_OPTION_ARG_NONE, &options.per_server,
      N_ ("An entry for each server, instead of one for all"), NULL },
    { "sync", 0, 0, G_OPTION_ARG_NONE, &options.sync,
      N_ ("Bring the entries for each server in step with mcp.json"), NULL },
    { "undo", 0, 0, G_OPTION_ARG_NONE, &options.undo, N_ ("Take the daemon out again"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[CLIENT]"),
    .summary =
        _ ("Gives a client the daemon’s tools: shows how the client’s configuration changes, and\n"
           "writes it after a question. The original file is kept beside the new one. Without a\n"
           "client, lists the clients."),
    .max_words = 1,
  };
  const McpCliClient *client;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (options.secrets && !options.import)
    return mcp_cli_options_report_error (_ ("--secrets goes with --import"));
  if (options.undo && options.import)
    return mcp_cli_options_report_error (_ ("Either --import or --undo"));
  if (options.undo + options.sync + options.per_server > 1)
    return mcp_cli_options_report_error (_ ("Only one of --per-server, --sync and --undo"));
  if (options.all && argc > 1)
    return mcp_cli_options_report_error (_ ("Either CLIENT or --all"));
  if (options.all || (options.sync && argc == 1))
    return connect_all (&options);
  if (argc == 1)
    return list_clients ();
  client = mcp_cli_clients_find (argv[1]);
  if (client == NULL && mcp_cli_clients_suggest (argv[1]) != NULL)
    return mcp_cli_options_report_error (_ ("There is no client “%s”; did you mean “%s”?"), argv[1],
                                         mcp_cli_clients_suggest (argv[1]));
  if (client == NULL)
    return mcp_cli_options_report_error (
        _ ("There is no client “%s”; “mcp-session connect” lists the clients"), argv[1]);
  return connect_client (client, &options);
}
