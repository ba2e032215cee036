/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  const char *name; /* (nullable) */
  int limit;
  char *before;
  char *tool;
  char *state;
  gboolean as_json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->before);
  g_free (options->tool);
  g_free (options->state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
append_parameter (GString *path, const char *key, const char *value)
{
  g_autofree char *escaped = NULL;

  if (value == NULL)
    return;
  escaped = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') == NULL ? '?' : '&', key,
                          escaped);
}

static GBytes *
request (const Options *options, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find (connection, options->name, error) : NULL;
  g_autoptr (GString) path = NULL;
  g_autofree char *limit = options->limit > 0 ? g_strdup_printf ("%d", options->limit) : NULL;

  if (session == NULL)
    return NULL;
  path = g_string_new (NULL);
  g_string_append_printf (path, "/session/%s/calls", session->id);
  append_parameter (path, "limit", limit);
  append_parameter (path, "before", options->before);
  append_parameter (path, "tool", options->tool);
  append_parameter (path, "state", options->state);
  return mcp_cli_connection_request (connection, "GET", path->str, session, NULL, error);
}

static char *
dup_duration (McpJsonSlice call)
{
  double ms;

  if (!mcp_cli_json_get_number (call, "duration_ms", &ms))
    return g_strdup ("–");
  return ms < 1000 ? g_strdup_printf (_ ("%.0f ms"), ms)
                   : g_strdup_printf (_ ("%.1f s"), ms / 1000);
}

static void
add_call (McpCliTable *table, McpJsonSlice call)
{
  g_autofree char *started_at = mcp_cli_json_dup_member (call, "started_at");
  g_autofree char *tool = mcp_cli_json_dup_member (call, "tool");
  g_autofree char *state = mcp_cli_json_dup_member (call, "state");
  g_autofree char *client = mcp_cli_json_dup_member (call, "client");
  g_autofree char *error = mcp_cli_json_dup_member (call, "error");
  g_autofree char *when = mcp_cli_text_local_time (started_at != NULL ? started_at : "");
  g_autofree char *duration = dup_duration (call);

  mcp_cli_table_add (
      table, (const char *[]){ when, tool != NULL ? tool : "", state != NULL ? state : "", duration,
                               client != NULL ? client : "–", error != NULL ? error : "" });
}

static gboolean
print_calls (GBytes *answer, GError **error)
{
  const char *titles[] = { _ ("STARTED"), _ ("TOOL"),  _ ("STATE"), _ ("TOOK"),
                           _ ("CLIENT"),  _ ("ERROR"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_autofree char *next = NULL;
  McpJsonSlice root, calls, call;
  McpJsonIter iter;
  guint n_calls = 0;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (mcp_json_find_typed (root, "calls", MCP_JSON_ARRAY, &calls))
    {
      mcp_json_iter_init (&iter, calls);
      for (; mcp_json_iter_next_element (&iter, &call); n_calls++)
        add_call (table, call);
    }
  if (n_calls == 0)
    mcp_cli_text_print (_ ("There were no such calls"));
  else
    mcp_cli_table_print (table);
  next = mcp_cli_json_dup_member (root, "next");
  if (next != NULL)
    mcp_cli_text_print (_ ("Older ones follow with --before=%s"), next);
  return TRUE;
}

/**
 * mcp_cli_cmd_history:
 * @argc: number of words
 * @argv: the words
 *
 * Shows which tools were called in a session.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_history (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  const GOptionEntry entries[] = {
    { "limit", 'n', 0, G_OPTION_ARG_INT, &options.limit, N_ ("At most so many"), N_ ("N") },
    { "before", 0, 0, G_OPTION_ARG_STRING, &options.before, N_ ("Only those before this call"),
      N_ ("CALL") },
    { "tool", 0, 0, G_OPTION_ARG_STRING, &options.tool, N_ ("Only calls of this tool"),
      N_ ("NAME") },
    { "state", 0, 0, G_OPTION_ARG_STRING, &options.state,
      N_ ("Only those that are running, ok, error or cancelled"), N_ ("STATE") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, N_ ("Print what the daemon answered"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION]"),
    .summary = _ ("Shows which tools were called in a session, the newest first."),
    .max_words = 1,
  };
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (options.limit < 0)
    return mcp_cli_options_report_error (_ ("--limit must be 1 or more"));
  options.name = argc > 1 ? argv[1] : NULL;

  answer = request (&options, &error);
  if (answer != NULL && options.as_json)
    mcp_cli_json_print (answer);
  else if (answer == NULL || !print_calls (answer, &error))
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  return MCP_CLI_OK;
}
