/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * status: one page about the daemon, what runs, and what is wrong. It never starts the daemon.
 */
#include "cli/commands/mcp-cli-command.h"

#include "config.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>

/* As systemctl status has it. */
#define NOT_RUNNING 3

static void G_GNUC_PRINTF (2, 3) print_row (const char *title, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = mcp_text_clean (text);
  mcp_cli_text_append_padded (line, title, 10);
  g_print ("%s%s\n", line->str, clean);
}

/* Returns: (nullable): resident memory, from proc(5), /proc/PID/status */
static char *
dup_memory (double pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%.0f/status", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  line = strstr (text, "VmRSS:");
  if (line == NULL)
    return NULL;
  return g_format_size (g_ascii_strtoull (line + strlen ("VmRSS:"), NULL, 10) * 1024);
}

/* Returns: whether the daemon is of the version of this command */
static gboolean
print_daemon (McpJsonSlice health)
{
  g_autofree char *version = mcp_cli_json_dup_member (health, "version");
  g_autofree char *started_at = mcp_cli_json_dup_member (health, "started_at");
  g_autofree char *since = mcp_cli_text_local_time (started_at != NULL ? started_at : "?");
  g_autofree char *url = mcp_cli_session_dup_url (NULL);
  g_autofree char *memory = NULL;
  double pid = 0;
  gboolean is_same = g_strcmp0 (version, MCP_VERSION) == 0;

  mcp_cli_json_get_number (health, "pid", &pid);
  memory = dup_memory (pid);
  print_row (_ ("Daemon:"), _ ("running since %s, version %s, process %.0f, %s"), since,
             version != NULL ? version : "?", pid, memory != NULL ? memory : "?");
  print_row (_ ("Address:"), "%s", url != NULL ? url : "–");
  if (!is_same)
    print_row ("", _ ("This command is version %s; “mcp-sessiond --replace” starts the new daemon"),
               MCP_VERSION);
  return is_same;
}

static void
print_sessions (McpJsonSlice sessions)
{
  McpJsonSlice session;
  McpJsonIter iter;
  guint n_sessions = 0;
  double n_running = 0;

  mcp_json_iter_init (&iter, sessions);
  for (; mcp_json_iter_next_element (&iter, &session); n_sessions++)
    {
      double calls = 0;

      mcp_cli_json_get_number (session, "calls_in_flight", &calls);
      n_running += calls;
    }
  print_row (_ ("Sessions:"), _ ("%u, with %.0f running calls"), n_sessions, n_running);
  mcp_json_iter_init (&iter, sessions);
  while (mcp_json_iter_next_element (&iter, &session))
    {
      g_autofree char *label = mcp_cli_json_dup_member (session, "label");
      g_autofree char *cwd = mcp_cli_json_dup_member (session, "cwd");
      g_autofree char *shown = mcp_cli_text_shorten_path (cwd != NULL ? cwd : "");

      print_row ("", "%s  %s", label != NULL ? label : "–", shown);
    }
}

/* Returns: whether one has failed */
static gboolean
print_servers (McpCliServerStates *states)
{
  McpJsonSlice server;
  McpJsonIter iter;
  guint n_servers = 0;
  gboolean has_failed = FALSE;

  mcp_json_iter_init (&iter, mcp_cli_server_states_get_all (states));
  while (mcp_json_iter_next_element (&iter, &server))
    n_servers++;
  print_row (_ ("Servers:"), "%u", n_servers);
  mcp_json_iter_init (&iter, mcp_cli_server_states_get_all (states));
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *reason = mcp_cli_server_states_dup_reason (server);

      if (reason == NULL)
        continue;
      print_row ("", "%s", reason);
      has_failed = TRUE;
    }
  return has_failed;
}

static GBytes *
request (McpCliConnection *connection, const char *path, McpJsonSlice *root, GError **error)
{
  GBytes *answer = mcp_cli_connection_request (connection, "GET", path, NULL, NULL, error);

  if (answer != NULL && !mcp_cli_json_parse_bytes (answer, root, error))
    g_clear_pointer (&answer, g_bytes_unref);
  return answer;
}

static int
print_status (McpCliConnection *connection)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice health, list, sessions;
  g_autoptr (GBytes) health_text = request (connection, "/health", &health, &error);
  g_autoptr (GBytes) list_text =
      health_text != NULL ? request (connection, "/session", &list, &error) : NULL;
  g_autoptr (McpCliServerStates) states = NULL;
  gboolean is_well;

  if (list_text == NULL)
    return mcp_cli_options_report_failure (error);
  is_well = print_daemon (health);
  if (mcp_json_find_typed (list, "sessions", MCP_JSON_ARRAY, &sessions))
    print_sessions (sessions);
  states = mcp_cli_server_states_fetch (connection);
  if (states != NULL)
    is_well = !print_servers (states) && is_well;
  return is_well ? MCP_CLI_OK : MCP_CLI_FAILED;
}

/**
 * mcp_cli_cmd_status:
 * @argc: number of words
 * @argv: the words
 *
 * Shows how the daemon is.
 *
 * Returns: the exit status: 1 if something is wrong, 3 if the daemon does not run
 */
int
mcp_cli_cmd_status (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .summary = _ ("Shows the daemon, its sessions and its servers. The exit status is 0 if all is\n"
                  "well, 1 if something is wrong, and 3 if the daemon does not run; it is not\n"
                  "started."),
  };
  g_autoptr (McpCliConnection) connection = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open_running (NULL);
  if (connection != NULL)
    return print_status (connection);
  g_print ("%s\n", _ ("The daemon does not run; the first command that needs it starts it"));
  return NOT_RUNNING;
}
