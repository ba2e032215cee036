/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * consent: the questions to the owner, and the owner's answers.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-consent-dialog.h"
#include "cli/commands/mcp-cli-consent.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

static int
list (McpCliConnection *connection, const McpCliOutput *output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) questions = mcp_cli_consent_list (connection, &error);
  gboolean is_printed;

  if (questions == NULL)
    return mcp_cli_options_report_failure (error);
  is_printed = mcp_cli_output_is_for_people (output)
                   ? mcp_cli_consent_print_all (questions, &error)
                   : mcp_cli_output_print (output, questions, &error);
  return is_printed ? MCP_CLI_OK : mcp_cli_options_report_failure (error);
}

static int
answer (McpCliConnection *connection, const char *id, const char *word)
{
  static const char *const words[] = { "once", "session", "deny", NULL };
  g_autoptr (GError) error = NULL;

  if (!g_strv_contains (words, word))
    return mcp_cli_options_report_error (_ ("“%s” is no answer; say once, session or deny"), word);
  if (!mcp_cli_consent_answer (connection, id, word, &error))
    return mcp_cli_options_report_failure (error);
  return MCP_CLI_OK;
}

static int
run (McpCliConnection *connection,
     const McpCliOutput *output,
     gboolean watch,
     int argc,
     char **argv)
{
  if (argc == 4 && strcmp (argv[1], "answer") == 0)
    return answer (connection, argv[2], argv[3]);
  if (argc == 2 && strcmp (argv[1], "list") == 0)
    return list (connection, output);
  if (argc != 1)
    return mcp_cli_options_report_error (
        _ ("Say nothing, “list”, or “answer QUESTION once|session|deny”"));
  if (!mcp_cli_output_is_for_people (output) || !isatty (STDIN_FILENO) || !isatty (STDOUT_FILENO))
    return list (connection, output);
  return mcp_cli_consent_dialog_run (connection, watch);
}

/**
 * mcp_cli_cmd_consent:
 * @argc: number of words
 * @argv: the words
 *
 * Shows the calls that wait for their owner's consent, and takes the answers.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_consent (int argc, char **argv)
{
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
    { "watch", 0, 0, G_OPTION_ARG_NONE, &watch, N_ ("Wait for further questions"), NULL },
    { NULL },
  };
  g_auto (McpCliOutput) output = { .list = "questions", .name = "id" };
  const McpCliUsage usage = {
    .parameters = _ ("[list | answer QUESTION once|session|deny]"),
    .summary =
        _ ("Shows the tool calls that wait for your consent, with their whole arguments, and "
           "takes your\nanswers: in a terminal by a key, else by “answer”."),
    .max_words = 3,
    .output = &output,
  };
  g_autoptr (McpCliConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  connection = mcp_cli_connection_open (&error);
  if (connection == NULL)
    return mcp_cli_options_report_failure (error);
  return run (connection, &output, watch, argc, argv);
}
