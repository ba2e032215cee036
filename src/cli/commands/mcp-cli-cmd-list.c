/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-connection.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

/* Of 2^32 ids: two are alike once in 9,000 lists of a thousand. */
#define SHORT_ID_LENGTH 8

/* A person gets as much of the id as commands need; a program gets all of it. */
static char *
dup_id (McpJsonSlice session)
{
  char *id = mcp_cli_json_dup_member (session, "session_id");

  if (id != NULL && strlen (id) > SHORT_ID_LENGTH && isatty (STDOUT_FILENO))
    id[SHORT_ID_LENGTH] = '\0';
  return id;
}

static void
add_session (McpCliTable *table, McpJsonSlice session)
{
  g_autofree char *id = dup_id (session);
  g_autofree char *label = mcp_cli_json_dup_member (session, "label");
  g_autofree char *cwd = mcp_cli_json_dup_member (session, "cwd");
  g_autofree char *active = mcp_cli_json_dup_member (session, "last_active_at");
  g_autofree char *shown_active =
      mcp_cli_text_short_time (active != NULL ? active : "", g_get_real_time ());
  g_autofree char *shown_cwd = mcp_cli_text_shorten_path (cwd != NULL ? cwd : "");
  double calls = 0, watchers = 0;
  g_autofree char *n_calls = NULL;
  g_autofree char *n_watchers = NULL;

  mcp_cli_json_get_number (session, "calls_in_flight", &calls);
  mcp_cli_json_get_number (session, "subscribers", &watchers);
  n_calls = g_strdup_printf ("%.0f", calls);
  n_watchers = g_strdup_printf ("%.0f", watchers);
  mcp_cli_table_add (table, (const char *[]){ id != NULL ? id : "", label != NULL ? label : "–",
                                              n_calls, n_watchers, shown_active, shown_cwd });
}

static gboolean
print_table (GBytes *answer, GError **error)
{
  const char *titles[] = { _ ("SESSION"),     _ ("LABEL"),     _ ("RUNNING"), _ ("WATCHERS"),
                           _ ("LAST ACTIVE"), _ ("DIRECTORY"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonSlice root, sessions, session;
  McpJsonIter iter;
  guint n_sessions = 0;

  mcp_cli_table_spare (table, (const guint[]){ 3, 4, 2 }, 3);
  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (mcp_json_find_typed (root, "sessions", MCP_JSON_ARRAY, &sessions))
    {
      mcp_json_iter_init (&iter, sessions);
      for (; mcp_json_iter_next_element (&iter, &session); n_sessions++)
        add_session (table, session);
    }
  if (n_sessions == 0)
    mcp_cli_text_print (_ ("There are no sessions"));
  else
    mcp_cli_table_print (table);
  return TRUE;
}

static gboolean
print_answer (const McpCliOutput *output, GBytes *answer, GError **error)
{
  return mcp_cli_output_is_for_people (output) ? print_table (answer, error)
                                               : mcp_cli_output_print (output, answer, error);
}

/**
 * mcp_cli_cmd_list:
 * @argc: number of words
 * @argv: the words
 *
 * Lists all sessions.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_list (int argc, char **argv)
{
  g_auto (McpCliOutput) output = { .list = "sessions", .name = "session_id" };
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = { .summary = _ ("Lists the sessions of this user."),
                              .output = &output };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  connection = mcp_cli_connection_open (&error);
  if (connection != NULL)
    answer = mcp_cli_connection_request (connection, "GET", "/session", NULL, NULL, &error);
  if (answer == NULL || !print_answer (&output, answer, &error))
    return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}
