/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-details.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

static gboolean
print_session (GBytes *answer, GError **error)
{
  const McpCliDetail details[] = {
    { "session_id", _ ("Session") },
    { "label", _ ("Label") },
    { "cwd", _ ("Directory") },
    { "client", _ ("Client") },
    { "program", _ ("Program") },
    { "pid", _ ("Process") },
    { "terminal", _ ("Terminal") },
    { "allowed_tools", _ ("Allowed tools") },
    { "created_at", _ ("Created") },
    { "last_active_at", _ ("Last active") },
    { "calls_in_flight", _ ("Running calls") },
    { "subscribers", _ ("Watchers") },
    { NULL },
  };
  g_autoptr (GString) text = g_string_new (NULL);
  McpJsonSlice root;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  mcp_cli_details_append (text, root, details);
  g_print ("%s", text->str);
  return TRUE;
}

static gboolean
print_answer (const McpCliOutput *output, GBytes *answer, GError **error)
{
  return mcp_cli_output_is_for_people (output) ? print_session (answer, error)
                                               : mcp_cli_output_print (output, answer, error);
}

static GBytes *
request (McpCliConnection *connection, const char *name, GError **error)
{
  g_autoptr (McpCliSession) session = mcp_cli_session_find (connection, name, error);
  g_autofree char *path = session != NULL ? g_strconcat ("/session/", session->id, NULL) : NULL;

  if (path == NULL)
    return NULL;
  return mcp_cli_connection_request (connection, "GET", path, session, NULL, error);
}

/**
 * mcp_cli_cmd_show:
 * @argc: number of words
 * @argv: the words
 *
 * Shows one session.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_show (int argc, char **argv)
{
  g_auto (McpCliOutput) output = { .name = "session_id" };
  const GOptionEntry entries[] = { { NULL } };
  const McpCliUsage usage = {
    .output = &output,
    .parameters = _ ("[SESSION]"),
    .summary =
        _ ("Shows one session, named by its id, the beginning of its id, or its label. Without a\n"
           "name, shows the session of the environment."),
    .max_words = 1,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  connection = mcp_cli_connection_open (&error);
  if (connection != NULL)
    answer = request (connection, argc > 1 ? argv[1] : NULL, &error);
  if (answer == NULL || !print_answer (&output, answer, &error))
    return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}
