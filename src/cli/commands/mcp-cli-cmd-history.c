/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-history.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *name; /* (nullable): of one session */
  char *session;
  McpCliHistoryFilter filter;
  gboolean as_json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->filter.before);
  g_free (options->filter.tool);
  g_free (options->filter.state);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static GBytes *
request (const Options *options, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session = NULL;

  if (connection == NULL)
    return NULL;
  if (options->name == NULL)
    return mcp_cli_history_fetch_all (connection, &options->filter, error);
  session = mcp_cli_session_find (connection, options->name, error);
  if (session == NULL)
    return NULL;
  return mcp_cli_history_fetch_session (connection, session, &options->filter, error);
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

/* The label of the session, or what the client said of itself. */
static char *
dup_who (McpJsonSlice call)
{
  g_autofree char *label = mcp_cli_json_dup_member (call, "label");
  g_autofree char *client = mcp_cli_json_dup_member (call, "client");

  if (label != NULL)
    return g_steal_pointer (&label);
  return client != NULL ? g_steal_pointer (&client) : g_strdup ("–");
}

static void
add_call (McpCliTable *table, McpJsonSlice call)
{
  g_autofree char *started_at = mcp_cli_json_dup_member (call, "started_at");
  g_autofree char *tool = mcp_cli_json_dup_member (call, "tool");
  g_autofree char *state = mcp_cli_json_dup_member (call, "state");
  g_autofree char *error = mcp_cli_json_dup_member (call, "error");
  g_autofree char *when =
      mcp_cli_text_short_time (started_at != NULL ? started_at : "", g_get_real_time ());
  g_autofree char *duration = dup_duration (call);
  g_autofree char *who = dup_who (call);

  mcp_cli_table_add (table, (const char *[]){ when, who, tool != NULL ? tool : "",
                                              state != NULL ? state : "", duration,
                                              error != NULL ? error : "" });
}

/* The daemon has the newest first; on a terminal, the last line is the one that is seen. */
static void
add_calls (McpCliTable *table, McpJsonSlice calls, guint *n_calls)
{
  g_autoptr (GArray) slices = g_array_new (FALSE, FALSE, sizeof (McpJsonSlice));
  McpJsonSlice call;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, calls);
  while (mcp_json_iter_next_element (&iter, &call))
    g_array_append_val (slices, call);
  for (guint i = slices->len; i-- > 0;)
    add_call (table, g_array_index (slices, McpJsonSlice, i));
  *n_calls = slices->len;
}

static gboolean
print_calls (GBytes *answer, GError **error)
{
  const char *titles[] = { _ ("STARTED"), _ ("SESSION"), _ ("TOOL"), _ ("STATE"),
                           _ ("TOOK"),    _ ("ERROR"),   NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_autofree char *next = NULL;
  McpJsonSlice root, calls;
  guint n_calls = 0;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (mcp_json_find_typed (root, "calls", MCP_JSON_ARRAY, &calls))
    add_calls (table, calls, &n_calls);
  if (n_calls == 0)
    mcp_cli_text_print (_ ("There were no such calls"));
  else
    mcp_cli_table_print (table);
  next = mcp_cli_json_dup_member (root, "next");
  if (next != NULL)
    mcp_cli_text_print (_ ("There are older calls: --before=%s shows them"), next);
  return TRUE;
}

/**
 * mcp_cli_cmd_history:
 * @argc: number of words
 * @argv: the words
 *
 * Shows which tools were called.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_history (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session, N_ ("Only calls of this session"),
      N_ ("SESSION") },
    { "limit", 'n', 0, G_OPTION_ARG_INT, &options.filter.limit, N_ ("At most so many"), N_ ("N") },
    { "before", 0, 0, G_OPTION_ARG_STRING, &options.filter.before,
      N_ ("Only calls before this one"), N_ ("CALL") },
    { "tool", 0, 0, G_OPTION_ARG_STRING, &options.filter.tool, N_ ("Only calls of this tool"),
      N_ ("NAME") },
    { "state", 0, 0, G_OPTION_ARG_STRING, &options.filter.state,
      N_ ("Only calls that are running, ok, error or cancelled"), N_ ("STATE") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json,
      N_ ("Print the daemon’s answer, newest first"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION]"),
    .summary = _ ("Shows which tools were called, in all sessions or in one, the newest last."),
    .max_words = 1,
  };
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (options.filter.limit < 0)
    return mcp_cli_options_report_error (_ ("--limit must be 1 or more"));
  options.name = argc > 1 ? argv[1] : options.session;

  answer = request (&options, &error);
  if (answer != NULL && options.as_json)
    mcp_cli_json_print (answer);
  else if (answer == NULL || !print_calls (answer, &error))
    return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}
