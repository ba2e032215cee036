/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server list: every entry of mcp.json, what became of it, and why.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"
#include "upstream/config/mcp-jsonc.h"
#include "upstream/config/mcp-server-config.h"

#include <glib/gi18n.h>
#include <string.h>

/* The command or the address, in one cell. */
static char *
describe_entry (McpJsonSlice entry)
{
  g_autofree char *url = mcp_cli_json_dup_member (entry, "url");
  g_autofree char *command = mcp_cli_json_dup_member (entry, "command");
  g_autoptr (GString) words = g_string_new (command);
  McpJsonSlice args, word;
  McpJsonIter iter;

  if (url != NULL)
    return g_steal_pointer (&url);
  if (mcp_json_find_typed (entry, "args", MCP_JSON_ARRAY, &args))
    {
      mcp_json_iter_init (&iter, args);
      while (mcp_json_iter_next_element (&iter, &word))
        {
          g_autofree char *text = mcp_json_dup_string (word);

          g_string_append_printf (words, " %s", text != NULL ? text : "?");
        }
    }
  return g_strdup (words->str);
}

static gboolean
is_disabled (McpJsonSlice entry)
{
  McpJsonSlice value;

  return (mcp_json_find_typed (entry, "disabled", MCP_JSON_BOOLEAN, &value) &&
          mcp_json_get_boolean (value)) ||
         (mcp_json_find_typed (entry, "enabled", MCP_JSON_BOOLEAN, &value) &&
          !mcp_json_get_boolean (value));
}

static const char *
translate_state (const char *state)
{
  static const struct
  {
    const char *state;
    const char *text;
  } states[] = {
    { "disabled", N_ ("disabled") }, { "stopped", N_ ("ready") }, { "starting", N_ ("starting") },
    { "running", N_ ("running") },   { "failed", N_ ("FAILED") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, state) == 0)
      return _ (states[i].text);
  return state;
}

/* Without a daemon that runs, only the file is known. A daemon that does not know the entry left it
 * out. */
static char *
dup_state (McpCliServerStates *states, const char *name, McpJsonSlice entry)
{
  g_autofree char *state = NULL;
  McpJsonSlice server;

  if (is_disabled (entry))
    return g_strdup (_ ("disabled"));
  if (states == NULL)
    return g_strdup (_ ("enabled"));
  if (!mcp_cli_server_states_find (states, name, &server))
    return g_strdup (_ ("LEFT OUT"));
  if (mcp_cli_server_states_is_left_out (server))
    return g_strdup (_ ("LEFT OUT"));
  state = mcp_cli_json_dup_member (server, "state");
  return g_strdup (translate_state (state != NULL ? state : "?"));
}

static char *
dup_number (McpCliServerStates *states, const char *name, const char *key)
{
  McpJsonSlice server;
  double number;

  if (states == NULL || !mcp_cli_server_states_find (states, name, &server) ||
      !mcp_cli_json_get_number (server, key, &number))
    return g_strdup ("–");
  return g_strdup_printf ("%.0f", number);
}

static char *
dup_memory (McpCliServerStates *states, const char *name)
{
  McpJsonSlice server;
  double bytes;

  if (states == NULL || !mcp_cli_server_states_find (states, name, &server) ||
      !mcp_cli_json_get_number (server, "memory_bytes", &bytes))
    return g_strdup ("–");
  return g_format_size ((guint64) bytes);
}

static void
add_server (McpCliTable *table, McpCliServerStates *states, const char *name, McpJsonSlice entry)
{
  g_autofree char *state = dup_state (states, name, entry);
  g_autofree char *tools = dup_number (states, name, "tools");
  g_autofree char *processes = dup_number (states, name, "processes");
  g_autofree char *memory = dup_memory (states, name);
  g_autofree char *what = describe_entry (entry);

  mcp_cli_table_add (table, (const char *[]){ name, state, tools, processes, memory, what });
}

/* Why servers do not work. print_problems() has told of the entries that were left out. */
static void
print_reasons (McpCliServerStates *states)
{
  McpJsonSlice server;
  McpJsonIter iter;

  if (states == NULL)
    return;
  mcp_json_iter_init (&iter, mcp_cli_server_states_get_all (states));
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *reason = mcp_cli_server_states_dup_reason (server);

      if (reason != NULL && !mcp_cli_server_states_is_left_out (server))
        mcp_cli_text_print ("%s", reason);
    }
}

/* What the daemon's own parser says of the file: entries that are left out, members that are
 * ignored. */
static void
print_problems (void)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GError) error = NULL;

  if (mcp_cli_file_read (path, &text, &error))
    configs = mcp_server_config_parse_file (text, strlen (text), path, &problems, &error);
  if (error != NULL)
    mcp_cli_text_print_error (error);
  for (guint i = 0; configs != NULL && i < problems->len; i++)
    {
      g_autofree char *clean = mcp_text_clean (g_ptr_array_index (problems, i));

      mcp_cli_text_print ("%s", clean);
    }
}

static void
print_servers (McpJsonSlice servers)
{
  const char *titles[] = { _ ("SERVER"), _ ("STATE"),   _ ("TOOLS"), _ ("PROCESSES"),
                           _ ("MEMORY"), _ ("COMMAND"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (McpCliServerStates) states =
      connection != NULL ? mcp_cli_server_states_fetch (connection) : NULL;
  McpJsonIter iter;
  McpJsonSlice key, entry;

  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);

      add_server (table, states, name, entry);
    }
  mcp_cli_table_print (table);
  print_problems ();
  print_reasons (states);
}

static gboolean
is_empty (McpJsonSlice servers)
{
  McpJsonIter iter;
  McpJsonSlice key, entry;

  if (mcp_json_get_type (servers) != MCP_JSON_OBJECT)
    return TRUE;
  mcp_json_iter_init (&iter, servers);
  return !mcp_json_iter_next_member (&iter, &key, &entry);
}

/**
 * mcp_cli_cmd_server_list:
 * @argc: number of words
 * @argv: the words
 *
 * Lists the configured servers.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_list (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the file’s object of servers"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .summary = _ ("Lists the configured servers; if the daemon runs, with their states, and the\n"
                  "reason if one does not work."),
  };
  g_autofree char *servers = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  servers = mcp_cli_servers_file_get_all (&error);
  if (servers == NULL)
    return mcp_cli_options_report_failure (error);
  if (as_json)
    {
      g_print ("%s\n", servers);
      return MCP_CLI_OK;
    }
  json = mcp_jsonc_to_json (servers, strlen (servers));
  if (!mcp_cli_json_parse (json, strlen (json), &root, &error))
    return mcp_cli_options_report_failure (error);
  if (is_empty (root))
    mcp_cli_text_print (_ ("There are no servers; “mcp-session server add” adds one"));
  else
    print_servers (root);
  return MCP_CLI_OK;
}
