/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * prompts: what servers offer to begin a conversation with.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-arguments.h"
#include "cli/commands/mcp-cli-content.h"
#include "cli/commands/mcp-cli-pages.h"
#include "cli/commands/mcp-cli-visit.h"
#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct
{
  char *session;
  McpCliOutput output;
  const char *prompt; /* (nullable): the one to be got */
  char **words;       /* KEY=VALUE each */
  gboolean raw;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  mcp_cli_output_clear (&options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* “topic [length]” */
static char *
describe_arguments (McpJsonSlice prompt)
{
  g_autoptr (GString) text = g_string_new (NULL);
  McpJsonSlice arguments, argument, value;
  McpJsonIter iter;

  if (!mcp_json_find_typed (prompt, "arguments", MCP_JSON_ARRAY, &arguments))
    return g_strdup ("");
  mcp_json_iter_init (&iter, arguments);
  while (mcp_json_iter_next_element (&iter, &argument))
    {
      g_autofree char *name = mcp_cli_json_dup_member (argument, "name");
      gboolean is_required = mcp_json_find_typed (argument, "required", MCP_JSON_BOOLEAN, &value) &&
                             mcp_json_get_boolean (value);

      g_string_append_printf (text, is_required ? "%s%s" : "%s[%s]", text->len > 0 ? " " : "",
                              name != NULL ? name : "?");
    }
  return g_strdup (text->str);
}

static gboolean
print_list (GBytes *answer, GError **error)
{
  const char *titles[] = { _ ("PROMPT"), _ ("ARGUMENTS"), _ ("DESCRIPTION"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonSlice root, prompts, prompt;
  McpJsonIter iter;
  guint n_prompts = 0;

  if (!mcp_cli_json_parse_bytes (answer, &root, error) ||
      !mcp_json_find_typed (root, "prompts", MCP_JSON_ARRAY, &prompts))
    return FALSE;
  mcp_json_iter_init (&iter, prompts);
  for (; mcp_json_iter_next_element (&iter, &prompt); n_prompts++)
    {
      g_autofree char *name = mcp_cli_json_dup_member (prompt, "name");
      g_autofree char *description = mcp_cli_json_dup_member (prompt, "description");
      g_autofree char *arguments = describe_arguments (prompt);

      mcp_cli_table_add (table, (const char *[]){ name != NULL ? name : "?", arguments,
                                                  description != NULL ? description : "" });
    }
  if (n_prompts > 0)
    mcp_cli_table_print (table);
  else
    mcp_cli_text_print (_ ("There are no prompts"));
  return TRUE;
}

static gboolean
print_messages (GBytes *answer, gboolean raw, GError **error)
{
  McpJsonSlice root, messages, message, content;
  McpJsonIter iter;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (!mcp_json_find_typed (root, "messages", MCP_JSON_ARRAY, &messages))
    messages = mcp_json_slice ("[]");
  mcp_json_iter_init (&iter, messages);
  while (mcp_json_iter_next_element (&iter, &message))
    {
      g_autofree char *role = mcp_cli_json_dup_member (message, "role");
      g_autofree char *heading = g_strdup_printf ("%s:", role != NULL ? role : "?");

      mcp_cli_terminal_print_foreign (stdout, heading, FALSE);
      if (mcp_json_find_typed (message, "content", MCP_JSON_OBJECT, &content))
        mcp_cli_content_print (content, stdout, raw);
    }
  return TRUE;
}

static char *
build_params (const Options *options, GError **error)
{
  g_autofree char *arguments =
      mcp_cli_arguments_build_texts ((const char *const *) options->words, error);
  GString *params;

  if (arguments == NULL)
    return NULL;
  params = g_string_new ("{");
  mcp_cli_json_add_string (params, "name", options->prompt);
  mcp_cli_json_add_raw (params, "arguments", arguments, -1);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

static gboolean
run (McpCliConnection *connection,
     const McpCliSession *session,
     GCancellable *cancellable,
     gpointer user_data,
     GError **error)
{
  const Options *options = user_data;
  g_autofree char *params = NULL;
  g_autoptr (GBytes) answer = NULL;

  if (options->prompt == NULL)
    {
      answer =
          mcp_cli_pages_fetch (connection, session, "prompts/list", "prompts", cancellable, error);
    }
  else
    {
      params = build_params (options, error);
      if (params != NULL)
        answer = mcp_cli_rpc_call (connection, session, "prompts/get", params, NULL, NULL,
                                   cancellable, error);
    }
  if (answer == NULL)
    return FALSE;
  if (!mcp_cli_output_is_for_people (&options->output))
    return mcp_cli_output_print (&options->output, answer, error);
  return options->prompt == NULL ? print_list (answer, error)
                                 : print_messages (answer, options->raw, error);
}

/**
 * mcp_cli_cmd_prompts:
 * @argc: number of words
 * @argv: the words
 *
 * Lists prompts, or gets one.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_prompts (int argc, char **argv)
{
  g_auto (Options) options = { .output = { .list = "prompts", .name = "name" } };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
      N_ ("SESSION") },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      N_ ("Print control characters as they are, on a terminal too"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[get NAME [KEY=VALUE…]]"),
    .summary = _ ("Lists the prompts of a session; “get” prints the messages of one."),
    .max_words = -1,
    .output = &options.output,
  };

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  if (argc > 1 && strcmp (argv[1], "get") != 0)
    return mcp_cli_options_report_error (_ ("“%s” is not expected; “get %s” gets one prompt"),
                                         argv[1], argv[1]);
  if (argc == 2)
    return mcp_cli_options_report_error (_ ("Something is missing: %s"), "NAME");
  if (argc > 2)
    {
      options.prompt = argv[2];
      options.words = argv + 3;
      options.output.list = NULL;
    }
  return mcp_cli_visit_run (options.session, run, &options);
}
