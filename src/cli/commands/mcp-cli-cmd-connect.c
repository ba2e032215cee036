/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/files/mcp-cli-clients.h"
#include "cli/files/mcp-cli-diff.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-jsonc.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"
#include "common/mcp-names.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_NAME    "sessiond"
#define BACKUP_SUFFIX ".before-mcp-session"

typedef struct
{
  gboolean yes;
  gboolean print;
  gboolean import;
  gboolean undo;
} Options;

/* One file and what it is to become. */
typedef struct
{
  char *path;
  char *before;
  char *after;
} Change;

static void
change_clear (Change *change)
{
  g_free (change->path);
  g_free (change->before);
  g_free (change->after);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

/* Clients of a desktop may have another PATH than a shell. */
static char *
dup_command (void)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  return path != NULL ? g_steal_pointer (&path) : g_strdup ("mcp-session");
}

static gboolean
load (Change *change, char *path, GError **error)
{
  change->path = path;
  if (!mcp_cli_file_read (path, &change->before, error))
    return FALSE;
  change->after = g_strdup (change->before);
  return TRUE;
}

static gboolean
prefix_failure (const Change *change, GError **error)
{
  g_prefix_error (error, "%s: ", change->path);
  return FALSE;
}

static gboolean
set_after (Change *change, char *after)
{
  if (after == NULL)
    return FALSE;
  g_free (change->after);
  change->after = after;
  return TRUE;
}

/* Moves one of the client's servers; one that the daemon has already stays where it is. */
static gboolean
import_one (const McpCliClient *client, Change *from, Change *to, const char *name, GError **error)
{
  const char *our_path[] = { "mcpServers", name, NULL };
  g_autofree char *entry = mcp_cli_clients_get_server (client, from->after, name, error);
  g_autofree char *ours = NULL;
  g_autofree char *existing = NULL;

  if (entry == NULL)
    return FALSE;
  if (*to->after != '\0')
    existing = mcp_cli_jsonc_get (to->after, our_path, error);
  if (existing != NULL)
    {
      mcp_cli_text_print (_ ("The daemon has a server “%s” already; that of the client stays"),
                          name);
      return TRUE;
    }
  if (*error != NULL)
    return FALSE;
  ours = mcp_cli_clients_convert (entry, error);
  return ours != NULL && set_after (to, mcp_cli_jsonc_set (to->after, our_path, ours, error)) &&
         set_after (from, mcp_cli_clients_remove (client, from->after, name, error));
}

static gboolean
import_all (const McpCliClient *client, Change *from, Change *to, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (*from->after == '\0')
    return TRUE;
  names = mcp_cli_clients_list_servers (client, from->after, error);
  if (names == NULL)
    return FALSE;
  for (gsize i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], ENTRY_NAME) != 0 && !import_one (client, from, to, names[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
plan_undo (const McpCliClient *client, Change *change, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (set_after (change, mcp_cli_clients_remove (client, change->before, ENTRY_NAME, &local_error)))
    return TRUE;
  if (local_error == NULL)
    g_set_error (&local_error, MCP_ERROR, MCP_ERROR_NOT_FOUND, _ ("%s is not connected"),
                 client->title);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
plan (const McpCliClient *client,
      const Options *options,
      Change *change,
      Change *servers,
      GError **error)
{
  g_autofree char *command = dup_command ();

  if (options->undo)
    return plan_undo (client, change, error) || prefix_failure (change, error);
  if (options->import && !import_all (client, change, servers, error))
    return prefix_failure (change, error);
  return set_after (change,
                    mcp_cli_clients_add (client, change->after, ENTRY_NAME, command, error)) ||
         prefix_failure (change, error);
}

static gboolean
has_changed (const Change *change)
{
  return strcmp (change->before, change->after) != 0;
}

static void
show (const Change *change)
{
  g_autofree char *diff = NULL;

  if (!has_changed (change))
    return;
  diff = mcp_cli_diff (change->path, change->before, change->after);
  g_print ("%s", diff);
}

static gboolean
confirm (void)
{
  char answer[16] = "";

  g_printerr ("%s ", _ ("Write this? [y/N]"));
  return fgets (answer, sizeof answer, stdin) != NULL && (*answer == 'y' || *answer == 'Y');
}

static gboolean
write_change (const Change *change, GError **error)
{
  g_autofree char *backup = g_strconcat (change->path, BACKUP_SUFFIX, NULL);

  if (!has_changed (change))
    return TRUE;
  /* What is backed up may hold keys: nobody else reads it. */
  if (*change->before != '\0' &&
      !g_file_set_contents_full (backup, change->before, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 error))
    return FALSE;
  if (!mcp_cli_file_replace (change->path, change->after, error))
    return FALSE;
  if (*change->before != '\0')
    mcp_cli_text_print (_ ("%s is written; the old one is %s"), change->path, backup);
  else
    mcp_cli_text_print (_ ("%s is written"), change->path);
  return TRUE;
}

static int
apply (const Options *options, const Change *change, const Change *servers)
{
  g_autoptr (GError) error = NULL;

  if (!has_changed (change) && !has_changed (servers))
    {
      mcp_cli_text_print (_ ("Nothing is to be changed"));
      return MCP_CLI_OK;
    }
  show (servers);
  show (change);
  if (options->print)
    return MCP_CLI_OK;
  if (!options->yes && !isatty (STDIN_FILENO))
    {
      mcp_cli_text_print (_ ("Nothing was written: say --yes to write without being asked"));
      return MCP_CLI_FAILED;
    }
  if (!options->yes && !confirm ())
    {
      mcp_cli_text_print (_ ("Nothing was written"));
      return MCP_CLI_FAILED;
    }
  /* The daemon has its servers before the client loses them. */
  if (write_change (servers, &error) && write_change (change, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

static int
connect_client (const McpCliClient *client, const Options *options)
{
  g_auto (Change) change = { NULL };
  g_auto (Change) servers = { NULL };
  g_autoptr (GError) error = NULL;

  if (load (&change, mcp_cli_clients_dup_path (client), &error) &&
      load (&servers, mcp_cli_servers_file_dup_path (), &error) &&
      plan (client, options, &change, &servers, &error))
    return apply (options, &change, &servers);
  mcp_cli_text_print_error (error);
  return MCP_CLI_FAILED;
}

static const char *
describe_state (const McpCliClient *client, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *entry = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return _ ("no file");
  if (mcp_cli_file_read (path, &text, &error))
    entry = mcp_cli_clients_get_server (client, text, ENTRY_NAME, &error);
  if (error != NULL)
    return _ ("not readable");
  return entry != NULL ? _ ("connected") : _ ("not connected");
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
                                                  describe_state (&clients[i], path), shown });
    }
  mcp_cli_table_print (table);
  return MCP_CLI_OK;
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
    { "yes", 'y', 0, G_OPTION_ARG_NONE, &options.yes, N_ ("Write without being asked"), NULL },
    { "print", 0, 0, G_OPTION_ARG_NONE, &options.print, N_ ("Only show what would change"), NULL },
    { "import", 0, 0, G_OPTION_ARG_NONE, &options.import,
      N_ ("Move the client’s own servers to the daemon"), NULL },
    { "undo", 0, 0, G_OPTION_ARG_NONE, &options.undo, N_ ("Take the daemon out again"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[CLIENT]"),
    .summary =
        _ ("Gives a client the daemon’s tools: shows how its configuration changes, and writes\n"
           "that when it may; the old file is kept beside it. Without a client, lists them."),
    .max_words = 1,
  };
  const McpCliClient *client;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (argc == 1)
    return list_clients ();
  if (options.undo && options.import)
    return mcp_cli_options_report_error (_ ("Either --import or --undo"));
  client = mcp_cli_clients_find (argv[1]);
  if (client == NULL)
    return mcp_cli_options_report_error (
        _ ("“%s” is no client known here; “mcp-session connect” lists them"), argv[1]);
  return connect_client (client, &options);
}
