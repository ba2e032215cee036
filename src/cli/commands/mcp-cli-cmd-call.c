/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-arguments.h"
#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-interrupt.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-terminal.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

typedef struct
{
  const char *tool;
  char *session;
  char *arguments;
  gboolean as_json;
  gboolean quiet;
  gboolean raw;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->arguments);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Called only where the standard error is a terminal. */
static void
show_progress (McpJsonrpcMessage *notification, gpointer user_data)
{
  const Options *options = user_data;
  McpJsonSlice params = mcp_jsonrpc_message_get_params (notification);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *message = NULL;
  g_autofree char *clean = NULL;
  g_autofree char *fit = NULL;
  double progress, total;

  if (strcmp (mcp_jsonrpc_message_get_method (notification), "notifications/progress") != 0 ||
      !mcp_cli_json_get_number (params, "progress", &progress))
    return;

  if (mcp_cli_json_get_number (params, "total", &total) && total > 0)
    g_string_append_printf (line, "%3.0f%% ", CLAMP (progress / total, 0, 1) * 100);
  else
    g_string_append_printf (line, "%g ", progress);
  g_string_append (line, options->tool);
  message = mcp_cli_json_dup_member (params, "message");
  if (message != NULL)
    g_string_append_printf (line, ": %s", message);

  clean = mcp_text_clean (line->str);
  fit = mcp_cli_text_fit (clean, MAX (mcp_cli_terminal_get_columns (STDERR_FILENO), 20) - 1);
  g_printerr (CLEAR_LINE "%s", fit);
}

static void
print_placeholder (const char *type, const char *media, FILE *file)
{
  g_autofree char *text = g_strdup_printf (_ ("[%s %s: --json shows it]"),
                                           type != NULL ? type : "?", media != NULL ? media : "");

  mcp_cli_terminal_print_foreign (file, text, FALSE);
}

static void
print_content (McpJsonSlice item, FILE *file, gboolean raw)
{
  g_autofree char *text = mcp_cli_json_dup_member (item, "text");
  g_autofree char *type = mcp_cli_json_dup_member (item, "type");
  g_autofree char *media = mcp_cli_json_dup_member (item, "mimeType");
  g_autofree char *uri = mcp_cli_json_dup_member (item, "uri");
  McpJsonSlice resource;

  if (mcp_json_find_typed (item, "resource", MCP_JSON_OBJECT, &resource))
    print_content (resource, file, raw);
  else if (text != NULL)
    mcp_cli_terminal_print_foreign (file, text, raw);
  else if (uri != NULL)
    mcp_cli_terminal_print_foreign (file, uri, raw);
  else
    print_placeholder (type, media, file);
}

/* Returns: whether the tool says that it succeeded */
static gboolean
print_result (McpJsonSlice result, gboolean raw)
{
  McpJsonSlice content, item, value;
  McpJsonIter iter;
  gboolean is_error = mcp_json_find_typed (result, "isError", MCP_JSON_BOOLEAN, &value) &&
                      mcp_json_get_boolean (value);
  FILE *file = is_error ? stderr : stdout;
  guint n_items = 0;

  if (mcp_json_find_typed (result, "content", MCP_JSON_ARRAY, &content))
    {
      mcp_json_iter_init (&iter, content);
      for (; mcp_json_iter_next_element (&iter, &item); n_items++)
        print_content (item, file, raw);
    }
  if (n_items == 0 && mcp_json_find (result, "structuredContent", &value))
    {
      g_autofree char *text = g_strndup (value.data, value.length);

      mcp_cli_terminal_print_foreign (file, text, raw);
    }
  return !is_error;
}

static char *
build_params (const Options *options, gboolean with_token)
{
  GString *params = g_string_new ("{");

  mcp_cli_json_add_string (params, "name", options->tool);
  mcp_cli_json_add_raw (params, "arguments", options->arguments, -1);
  if (with_token)
    mcp_cli_json_add_raw (params, "_meta", "{\"progressToken\":1}", -1);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

static GBytes *
call (Options *options, GCancellable *cancellable, GError **error)
{
  gboolean shows_progress = !options->quiet && isatty (STDERR_FILENO);
  g_autofree char *params = build_params (options, shows_progress);
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find_or_create (connection, options->session, error)
                         : NULL;
  GBytes *result;

  if (session == NULL)
    return NULL;
  result = mcp_cli_rpc_call (connection, session, "tools/call", params,
                             shows_progress ? show_progress : NULL, options, cancellable, error);
  if (shows_progress)
    g_printerr (CLEAR_LINE);
  mcp_cli_session_end (connection, session);
  return result;
}

static int
run (Options *options)
{
  g_autoptr (GCancellable) cancellable = mcp_cli_interrupt_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) result = call (options, cancellable, &error);
  McpJsonSlice root, value;

  if (result == NULL || !mcp_cli_json_parse_bytes (result, &root, &error))
    {
      mcp_cli_text_print_error (error);
      return mcp_cli_interrupt_get_status ();
    }
  if (!options->as_json)
    return print_result (root, options->raw) ? MCP_CLI_OK : MCP_CLI_FAILED;

  mcp_cli_json_print (result);
  return mcp_json_find_typed (root, "isError", MCP_JSON_BOOLEAN, &value) &&
                 mcp_json_get_boolean (value)
             ? MCP_CLI_FAILED
             : MCP_CLI_OK;
}

/* Fills in the arguments from the words after the tool's name. */
static gboolean
read_arguments (Options *options, char **words, GError **error)
{
  if (options->arguments != NULL && words[0] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   _ ("Either KEY=VALUE or --arguments"));
      return FALSE;
    }
  if (options->arguments != NULL)
    return mcp_cli_arguments_check (options->arguments, error);
  options->arguments = mcp_cli_arguments_build ((const char *const *) words, error);
  return options->arguments != NULL;
}

/**
 * mcp_cli_cmd_call:
 * @argc: number of words
 * @argv: the words
 *
 * Calls a tool.
 *
 * Returns: the exit status: 1 also where the tool says that it failed
 */
int
mcp_cli_cmd_call (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("Where; not given: that of the environment, else one for the current directory"),
      N_ ("SESSION") },
    { "arguments", 0, 0, G_OPTION_ARG_STRING, &options.arguments,
      N_ ("All arguments, as a JSON object"), N_ ("JSON") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, N_ ("Show no progress"), NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      N_ ("Print control characters of the tool as they are, on a terminal too"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, N_ ("Print the result of tools/call"),
      NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("TOOL [KEY=VALUE…]"),
    .summary = _ ("Calls a tool, and prints what it answers. A value is JSON where it parses as\n"
                  "JSON, else text. On a terminal, progress is shown meanwhile."),
    .description = _ ("Example:\n"
                      "  mcp-session call files__read_file path=README.md\n"),
    .min_words = 1,
    .max_words = -1,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  options.tool = argv[1];
  if (!read_arguments (&options, argv + 2, &error))
    return mcp_cli_options_report_error ("%s", error->message);
  return run (&options);
}
