/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server show: all that is known of one server: its entry, its state, what it says of itself, its
 * tools, and the end of its log.
 */
#include "mcp-cli-cmd-server-private.h"

#include "cli/commands/mcp-cli-details.h"
#include "cli/commands/mcp-cli-server-details.h"
#include "cli/commands/mcp-cli-server-log.h"
#include "cli/commands/mcp-cli-server-self.h"
#include "cli/commands/mcp-cli-server-states.h"
#include "cli/files/mcp-cli-file.h"
#include "cli/files/mcp-cli-servers-file.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-pager.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"
#include "upstream/config/mcp-jsonc.h"

#include <glib/gi18n.h>
#include <string.h>

#define LOG_LINES 10
/* Of the titles. */
#define WIDTH     14

static void
append_entry (GString *out, const char *entry)
{
  g_autofree char *json = mcp_jsonc_to_json (entry, strlen (entry));
  g_autofree char *command = NULL;
  g_autofree char *clean = NULL;
  McpJsonSlice root;

  if (!mcp_cli_json_parse (json, strlen (json), &root, NULL))
    return;
  command = mcp_cli_server_details_dup_command (root);
  clean = mcp_text_clean (command);
  mcp_cli_details_append_row (out, _ ("Command"), clean, WIDTH);
}

/* What the daemon's parser makes of the entry, or why it cannot be used. */
static void
append_config (GString *out, const char *name, const char *path)
{
  g_autofree char *file = mcp_cli_servers_file_dup_path ();
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) configs = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;

  if (mcp_cli_file_read (file, &text, NULL))
    configs =
        mcp_server_config_parse_entries (text, strlen (text), file, &problems, &left_out, NULL);
  for (guint i = 0; configs != NULL && i < configs->len; i++)
    {
      const McpServerConfig *config = g_ptr_array_index (configs, i);

      if (strcmp (config->name, name) == 0)
        mcp_cli_server_details_append_config (out, config, path);
    }
  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    {
      const McpServerLeftOut *entry = g_ptr_array_index (left_out, i);
      g_autofree char *why = mcp_text_clean (entry->why);

      if (strcmp (entry->name, name) == 0)
        mcp_cli_details_append_row (out, _ ("Left out"), why, WIDTH);
    }
}

/* How it stands with the login, where the server has to do with any. */
static void
append_login (GString *out, McpJsonSlice server)
{
  const McpCliDetail details[] = {
    { "state", _ ("Login") },
    { "why", _ ("Reason") },
    { "issuer", _ ("Given by") },
    { "expires_at", _ ("Token until") },
    { NULL },
  };
  McpJsonSlice login;

  if (mcp_json_find_typed (server, "auth", MCP_JSON_OBJECT, &login))
    mcp_cli_details_append_wide (out, login, details, WIDTH);
}

static void
append_state (GString *out, GBytes *answer)
{
  const McpCliDetail details[] = {
    { "state", _ ("State") },
    { "protocol_version", _ ("Revision") },
    { "processes", _ ("Processes") },
    { "memory_bytes", _ ("Memory") },
    { "cpu_seconds", _ ("CPU seconds") },
    { "restarts", _ ("Restarts") },
    { "last_error", _ ("Last error") },
    { NULL },
  };
  g_autoptr (GString) text = g_string_new (NULL);
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (answer, &root, NULL) || mcp_cli_server_states_is_left_out (root))
    return;
  mcp_cli_details_append_wide (text, root, details, WIDTH);
  append_login (text, root);
  g_string_append (out, text->str);
}

static GBytes *
fetch_state (McpCliConnection *connection, const char *name, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/servers/", escaped, NULL);
  g_autoptr (GError) local_error = NULL;
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, &local_error);

  if (answer == NULL)
    mcp_cli_server_states_set_error (connection, name, g_steal_pointer (&local_error), error);
  return answer;
}

static void
append_log (GString *out, McpCliConnection *connection, const char *name)
{
  g_autoptr (GBytes) log = mcp_cli_server_log_fetch (connection, name, LOG_LINES, NULL);
  g_autofree char *text = log != NULL ? mcp_cli_server_log_to_text (log) : NULL;

  if (text != NULL && *text != '\0')
    g_string_append_printf (out, "\n%s\n%s", _ ("The end of its log:"), text);
}

/* @connection: (nullable): to the daemon; without it, the entry alone is shown */
static gboolean
show (McpCliConnection *connection, const char *name, GError **error)
{
  g_autofree char *entry = mcp_cli_servers_file_get_entry (name, error);
  g_autofree char *path = mcp_cli_server_details_dup_path (connection);
  g_autofree char *clean = mcp_text_clean (name);
  g_autoptr (GBytes) state = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (entry == NULL)
    return FALSE;
  mcp_cli_details_append_row (out, _ ("Server"), clean, WIDTH);
  append_entry (out, entry);
  append_config (out, name, path);
  if (connection != NULL)
    state = fetch_state (connection, name, NULL);
  if (state != NULL)
    {
      append_state (out, state);
      mcp_cli_server_self_append (out, connection, name, WIDTH);
      append_log (out, connection, name);
    }
  mcp_cli_pager_print (out->str);
  if (connection == NULL)
    mcp_cli_text_print (_ ("The daemon does not run: its state and its tools are not known"));
  return TRUE;
}

static gboolean
run (const McpCliOutput *output, const char *name, GError **error)
{
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (mcp_cli_output_is_for_people (output))
    {
      connection = mcp_cli_connection_open_running (NULL);
      return show (connection, name, error);
    }
  connection = mcp_cli_connection_open (error);
  if (connection != NULL)
    answer = fetch_state (connection, name, error);
  return answer != NULL && mcp_cli_output_print (output, answer, error);
}

/**
 * mcp_cli_cmd_server_show:
 * @argc: number of words
 * @argv: the words
 *
 * Shows all that is known of a server.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_server_show (int argc, char **argv)
{
  g_auto (McpCliOutput) output = { .name = "name" };
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .parameters = _ ("NAME"),
    .summary =
        _ ("Shows all that is known of a server: its entry, its state, its tools, and the end\n"
           "of its log. --json prints the state alone."),
    .min_words = 1,
    .max_words = 1,
    .output = &output,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  return run (&output, argv[1], &error) ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}
