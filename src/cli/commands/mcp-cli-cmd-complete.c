/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * complete: what a server suggests for an argument of a prompt, or for a variable in the address of
 * a resource.
 */
#include "cli/commands/mcp-cli-command.h"

#include "cli/commands/mcp-cli-visit.h"
#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/terminal/mcp-cli-exit.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char *session;
  McpCliOutput output;
  const char *what; /* the name of a prompt, or a template */
  char *argument;
  char *value;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->argument);
  g_free (options->value);
  mcp_cli_output_clear (&options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The address of a resource has a scheme; the name of a prompt has none. */
static char *
build_params (const Options *options)
{
  gboolean is_resource = strstr (options->what, "://") != NULL;
  g_autoptr (GString) ref = g_string_new ("{");
  g_autoptr (GString) argument = g_string_new ("{");
  GString *params = g_string_new ("{");

  mcp_cli_json_add_string (ref, "type", is_resource ? "ref/resource" : "ref/prompt");
  mcp_cli_json_add_string (ref, is_resource ? "uri" : "name", options->what);
  g_string_append_c (ref, '}');
  mcp_cli_json_add_string (argument, "name", options->argument);
  mcp_cli_json_add_string (argument, "value", options->value);
  g_string_append_c (argument, '}');
  mcp_cli_json_add_raw (params, "ref", ref->str, -1);
  mcp_cli_json_add_raw (params, "argument", argument->str, -1);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

static gboolean
print_values (GBytes *answer, GError **error)
{
  McpJsonSlice root, completion, values, value;
  McpJsonIter iter;

  if (!mcp_cli_json_parse_bytes (answer, &root, error))
    return FALSE;
  if (!mcp_json_find_typed (root, "completion", MCP_JSON_OBJECT, &completion) ||
      !mcp_json_find_typed (completion, "values", MCP_JSON_ARRAY, &values))
    values = mcp_json_slice ("[]");
  mcp_json_iter_init (&iter, values);
  while (mcp_json_iter_next_element (&iter, &value))
    if (mcp_json_get_type (value) == MCP_JSON_STRING)
      {
        g_autofree char *text = mcp_json_dup_string (value);

        mcp_cli_terminal_print_foreign (stdout, text, FALSE);
      }
  return TRUE;
}

static gboolean
run (McpCliConnection *connection,
     const McpCliSession *session,
     GCancellable *cancellable,
     gpointer user_data,
     GError **error)
{
  const Options *options = user_data;
  g_autofree char *params = build_params (options);
  g_autoptr (GBytes) answer = mcp_cli_rpc_call (connection, session, "completion/complete", params,
                                                NULL, NULL, cancellable, error);

  if (answer == NULL)
    return FALSE;
  return mcp_cli_output_is_for_people (&options->output)
             ? print_values (answer, error)
             : mcp_cli_output_print (&options->output, answer, error);
}

/**
 * mcp_cli_cmd_complete:
 * @argc: number of words
 * @argv: the words
 *
 * Shows what a server suggests for an argument.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_complete (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
      N_ ("SESSION") },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("PROMPT|TEMPLATE ARGUMENT=BEGINNING"),
    .summary =
        _ ("Prints what a server suggests for an argument of a prompt, or for a variable in the\n"
           "template of a resource."),
    .min_words = 2,
    .max_words = 2,
    .output = &options.output,
  };
  const char *sign;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  sign = strchr (argv[2], '=');
  if (sign == NULL)
    return mcp_cli_options_report_error (_ ("“%s” is not of the form KEY=VALUE"), argv[2]);
  options.what = argv[1];
  options.argument = g_strndup (argv[2], (gsize) (sign - argv[2]));
  options.value = g_strdup (sign + 1);
  return mcp_cli_visit_run (options.session, run, &options);
}
