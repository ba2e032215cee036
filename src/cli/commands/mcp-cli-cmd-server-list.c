/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server list: every entry of mcp.json, what became of it, and why.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-server-details.h"
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
    { "disabled", N_ ("disabled") }, { "stopped", N_ ("idle") },  { "starting", N_ ("starting") },
    { "running", N_ ("running") },   { "failed", N_ ("FAILED") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, state) == 0)
      return _ (states[i].text);
  return state;
}

/* Returns: (nullable): what a person should know of the login to a server */
static const char *
translate_login (McpJsonSlice server)
{
  static const struct
  {
    const char *state;
    const char *text;
  } states[] = {
    { "needs-login", N_ ("NEEDS LOGIN") },
    { "logging-in", N_ ("logging in") },
    { "refused", N_ ("LOGIN REFUSED") },
    { "keyring-locked", N_ ("KEYRING LOCKED") },
  };
  g_autofree char *state = NULL;
  McpJsonSlice auth;

  if (mcp_json_find_typed (server, "auth", MCP_JSON_OBJECT, &auth))
    state = mcp_cli_json_dup_member (auth, "state");
  for (gsize i = 0; state != NULL && i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, state) == 0)
      return _ (states[i].text);
  return NULL;
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
  if (translate_login (server) != NULL)
    return g_strdup (translate_login (server));
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

/* A server that was never asked has no number yet. */
static char *
dup_tools (McpCliServerStates *states, const char *name)
{
  g_autofree char *number = dup_number (states, name, "tools");

  return g_strdup (strcmp (number, "0") == 0 ? "–" : number);
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

static McpCliColour
choose_colour (McpCliServerStates *states, const char *name)
{
  g_autofree char *state = NULL;
  McpJsonSlice server;

  if (states == NULL || !mcp_cli_server_states_find (states, name, &server))
    return MCP_CLI_COLOUR_NONE;
  state = mcp_cli_json_dup_member (server, "state");
  if (mcp_cli_server_states_is_left_out (server) || g_strcmp0 (state, "failed") == 0)
    return MCP_CLI_COLOUR_BAD;
  if (g_strcmp0 (state, "disabled") == 0)
    return MCP_CLI_COLOUR_DIM;
  return g_strcmp0 (state, "running") == 0 ? MCP_CLI_COLOUR_GOOD : MCP_CLI_COLOUR_NONE;
}

static void
add_server (McpCliTable *table, McpCliServerStates *states, const char *name, McpJsonSlice entry)
{
  g_autofree char *state = dup_state (states, name, entry);
  g_autofree char *tools = dup_tools (states, name);
  g_autofree char *processes = dup_number (states, name, "processes");
  g_autofree char *memory = dup_memory (states, name);
  g_autofree char *what = mcp_cli_server_details_dup_command (entry);

  mcp_cli_table_add (table, (const char *[]){ name, state, tools, processes, memory, what });
  mcp_cli_table_paint (table, 1, choose_colour (states, name));
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

  mcp_cli_table_spare (table, (const guint[]){ 3, 4, 2 }, 3);
  mcp_json_iter_init (&iter, servers);
  while (mcp_json_iter_next_member (&iter, &key, &entry))
    {
      g_autofree char *name = mcp_json_dup_string (key);

      add_server (table, states, name, entry);
    }
  mcp_cli_table_print (table);
  print_problems ();
  print_reasons (states);
  if (connection == NULL)
    mcp_cli_text_print (_ ("The daemon does not run: whether the servers work is not known; "
                           "“mcp-session server test NAME” tests one"));
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

static void
append_entry (GString *json, const char *name, const char *entry, const char *why)
{
  g_string_append (json, json->str[json->len - 1] == '[' ? "{" : ",{");
  mcp_cli_json_add_string (json, "name", name);
  mcp_cli_json_add_string (json, "entry", entry);
  mcp_cli_json_add_string (json, "why", why);
  g_string_append_c (json, '}');
}

/* Without the daemon, what the file says, in the form of the daemon's answer. */
static GBytes *
build_from_file (GError **error)
{
  g_autofree char *path = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;
  GString *json = g_string_new ("{\"servers\":[");

  if (mcp_cli_file_read (path, &text, error) && *text != '\0')
    configs =
        mcp_server_config_parse_entries (text, strlen (text), path, &problems, &left_out, error);
  for (guint i = 0; configs != NULL && i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      append_entry (json, config->name, config->disabled ? "disabled" : "used", NULL);
    }
  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    {
      const McpServerLeftOut *entry = g_ptr_array_index (left_out, i);

      append_entry (json, entry->name, "left out", entry->why);
    }
  g_string_append (json, "]}");
  return g_string_free_to_bytes (json);
}

static gboolean
print_for_programs (const McpCliOutput *output, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open_running (NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (connection != NULL)
    answer = mcp_cli_connection_request (connection, "GET", "/servers", NULL, NULL, &local_error);
  else
    answer = build_from_file (&local_error);
  if (local_error == NULL)
    return mcp_cli_output_print (output, answer, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
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
  g_auto (McpCliOutput) output = { .list = "servers", .name = "name" };
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .output = &output,
    .summary = _ ("Lists the configured servers; if the daemon runs, with their states, and the\n"
                  "reason if one does not work."),
  };
  g_autofree char *servers = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (!mcp_cli_output_is_for_people (&output))
    return print_for_programs (&output, &error) ? MCP_CLI_OK
                                                : mcp_cli_options_report_failure (error);
  servers = mcp_cli_servers_file_get_all (&error);
  if (servers == NULL)
    return mcp_cli_options_report_failure (error);
  json = mcp_jsonc_to_json (servers, strlen (servers));
  if (!mcp_cli_json_parse (json, strlen (json), &root, &error))
    return mcp_cli_options_report_failure (error);
  if (is_empty (root))
    mcp_cli_text_print (_ ("There are no servers; “mcp-session server add” adds one"));
  else
    print_servers (root);
  return MCP_CLI_OK;
}
