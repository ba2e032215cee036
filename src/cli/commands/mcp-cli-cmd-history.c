/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-call-table.h"
#include "cli/commands/mcp-cli-history-follow.h"
#include "cli/commands/mcp-cli-history.h"
#include "cli/commands/mcp-cli-since.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  McpCliHistoryFilter filter;
  McpCliOutput output;
  char *since;
  gboolean follow;
} Options;

static void
options_clear (Options *options)
{
  mcp_cli_history_filter_clear (&options->filter);
  mcp_cli_output_clear (&options->output);
  g_free (options->since);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
print_calls (GBytes *answer, GError **error)
{
  g_autofree char *next = NULL;
  McpJsonSlice root, calls;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (!mcp_json_find_typed (root, "calls", MCP_JSON_ARRAY, &calls) ||
      !mcp_cli_call_table_print (calls))
    mcp_cli_text_print (_ ("There were no such calls"));
  next = mcp_cli_json_dup_member (root, "next");
  if (next != NULL)
    mcp_cli_text_print (_ ("There are older calls: --before=%s shows them"), next);
  return TRUE;
}

static gboolean
print_list (const Options *options, McpCliConnection *connection, GError **error)
{
  g_autoptr (GBytes) answer = mcp_cli_history_fetch (connection, &options->filter, error);

  if (answer == NULL)
    return FALSE;
  return mcp_cli_output_is_for_people (&options->output)
             ? print_calls (answer, error)
             : mcp_cli_output_print (&options->output, answer, error);
}

/* A session that has ended is found in the history alone. */
static void
find_session (Options *options, McpCliConnection *connection)
{
  g_autoptr (McpCliSession) session = NULL;

  if (options->filter.session == NULL || options->follow)
    return;
  session = mcp_cli_session_find (connection, options->filter.session, NULL);
  if (session != NULL)
    options->filter.session_id = g_strdup (session->id);
}

static int
run (Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (&error);

  if (connection != NULL)
    find_session (options, connection);
  if (connection == NULL || !print_list (options, connection, &error))
    return mcp_cli_options_report_failure (error);
  if (!options->follow)
    return MCP_CLI_OK;
  return mcp_cli_history_follow (connection, &options->filter,
                                 !mcp_cli_output_is_for_people (&options->output));
}

static gboolean
show (const Options *options, const char *call_id, GError **error)
{
  McpCliOutput output = options->output;
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (GBytes) answer = NULL;
  McpJsonSlice root;

  if (connection != NULL)
    answer = mcp_cli_history_fetch_one (connection, call_id, error);
  if (answer == NULL || !mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  output.list = NULL;
  if (!mcp_cli_output_is_for_people (&output))
    return mcp_cli_output_print (&output, answer, error);
  mcp_cli_call_table_print_one (root);
  return TRUE;
}

static gboolean
check (Options *options, GError **error)
{
  if (options->filter.limit < 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("--limit must be 1 or more"));
      return FALSE;
    }
  return options->since == NULL ||
         mcp_cli_since_parse (options->since, g_get_real_time (), &options->filter.since_us, error);
}

static int
run_words (Options *options, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words > 0 && strcmp (words[0], "show") == 0)
    {
      if (n_words == 1)
        return mcp_cli_options_report_error (_ ("Something is missing: %s"), "CALL");
      return show (options, words[1], &error) ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
    }
  if (n_words > 1)
    return mcp_cli_options_report_error (_ ("“%s” is not expected"), words[1]);
  if (n_words == 1)
    {
      g_free (options->filter.session);
      options->filter.session = g_strdup (words[0]);
    }
  return run (options);
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
  g_auto (Options) options = { .output = { .list = "calls", .name = "call_id" } };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.filter.session,
      N_ ("Only calls of this session"), N_ ("SESSION") },
    { "tool", 0, 0, G_OPTION_ARG_STRING, &options.filter.tool, N_ ("Only calls of this tool"),
      N_ ("NAME") },
    { "state", 0, 0, G_OPTION_ARG_STRING, &options.filter.state,
      N_ ("Only calls that are running, ok, error or cancelled"), N_ ("STATE") },
    { "client", 0, 0, G_OPTION_ARG_STRING, &options.filter.client,
      N_ ("Only calls of clients with this text in their name"), N_ ("TEXT") },
    { "since", 0, 0, G_OPTION_ARG_STRING, &options.since,
      N_ ("Only calls since then: 30m, 2h, 3d, today, yesterday, 2026-11-30"), N_ ("TIME") },
    { "before", 0, 0, G_OPTION_ARG_STRING, &options.filter.before,
      N_ ("Only calls before this one"), N_ ("CALL") },
    { "limit", 'n', 0, G_OPTION_ARG_INT, &options.filter.limit, N_ ("At most so many"), N_ ("N") },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &options.follow,
      N_ ("Then print each call that ends, until Ctrl-C"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[SESSION | show CALL]"),
    .summary =
        _ ("Shows which tools were called, in all sessions or in one, the newest last; ended\n"
           "sessions as well. “show” shows all that is known of one call. --json has the\n"
           "newest call first."),
    .max_words = 2,
    .output = &options.output,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (!check (&options, &error))
    return mcp_cli_options_report_error ("%s", error->message);
  return run_words (&options, argc - 1, argv + 1);
}
