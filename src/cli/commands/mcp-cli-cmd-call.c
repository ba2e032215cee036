/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-arguments.h"
#include "cli/commands/mcp-cli-tool-help.h"
#include "cli/commands/mcp-cli-tool-list.h"
#include "cli/commands/mcp-cli-wait.h"
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
  char **words; /* (unowned): KEY=VALUE each */
  char *arguments;
  char *hint; /* (nullable): what may be wrong with a call that failed */
  gboolean as_json;
  gboolean quiet;
  gboolean raw;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->arguments);
  g_free (options->hint);
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

typedef struct
{
  const Options *options;
  McpCliWait *wait; /* (owned) */
} Progress;

static void
progress_cb (McpJsonrpcMessage *notification, gpointer user_data)
{
  Progress *progress = user_data;

  mcp_cli_wait_stop (progress->wait);
  show_progress (notification, (gpointer) progress->options);
}

static GBytes *
send_call (const Options *options,
           McpCliConnection *connection,
           const McpCliSession *session,
           GCancellable *cancellable,
           GError **error)
{
  gboolean shows_progress = !options->quiet && isatty (STDERR_FILENO);
  g_autofree char *params = build_params (options, shows_progress);
  g_autofree char *text = g_strdup_printf (_ ("Waiting for %s"), options->tool);
  Progress progress = { options, shows_progress ? mcp_cli_wait_new (text) : NULL };
  GBytes *result =
      mcp_cli_rpc_call (connection, session, "tools/call", params,
                        shows_progress ? progress_cb : NULL, &progress, cancellable, error);

  if (shows_progress)
    {
      mcp_cli_wait_free (progress.wait);
      g_printerr (CLEAR_LINE);
    }
  return result;
}

/* Returns: whether the person at the terminal gave a value */
static gboolean
ask_for (const char *name, McpJsonSlice tool, GPtrArray *words)
{
  g_autofree char *description =
      mcp_cli_json_dup_member (mcp_cli_tool_help_get_property (tool, name), "description");
  g_autofree char *text =
      g_strdup_printf (description != NULL ? "%s (%s): " : "%s: ", name, description);
  g_autofree char *clean = mcp_text_clean (text);
  char line[4096];

  g_printerr ("%s ", g_strstrip (clean));
  if (fgets (line, sizeof line, stdin) == NULL)
    {
      g_printerr ("\n");
      return FALSE;
    }
  line[strcspn (line, "\n")] = '\0';
  g_ptr_array_add (words, g_strdup_printf ("%s=%s", name, line));
  return TRUE;
}

static gboolean
is_given (GPtrArray *words, const char *name)
{
  g_autofree char *prefix = g_strconcat (name, "=", NULL);

  for (guint i = 0; i < words->len; i++)
    if (g_str_has_prefix (g_ptr_array_index (words, i), prefix))
      return TRUE;
  return FALSE;
}

/* At a terminal, asks for the arguments that the tool needs and that were not given. */
static void
ask_for_missing (McpJsonSlice tool, GPtrArray *words)
{
  g_auto (GStrv) required = mcp_cli_tool_help_list_required (tool);

  if (!isatty (STDIN_FILENO) || !isatty (STDERR_FILENO))
    return;
  for (gsize i = 0; required[i] != NULL; i++)
    if (!is_given (words, required[i]) && !ask_for (required[i], tool, words))
      return;
}

/* Makes the arguments, by the schema of the tool if it is known. */
static gboolean
build_arguments (Options *options, McpCliToolList *list, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice tool = MCP_JSON_SLICE_NONE;

  for (gsize i = 0; options->words[i] != NULL; i++)
    g_ptr_array_add (words, g_strdup (options->words[i]));
  if (list != NULL && mcp_cli_tool_list_find (list, options->tool, &tool))
    ask_for_missing (tool, words);
  else
    tool = MCP_JSON_SLICE_NONE;
  g_ptr_array_add (words, NULL);
  options->arguments = mcp_cli_arguments_build ((const char *const *) words->pdata, tool, error);
  return options->arguments != NULL;
}

/* A call failed: perhaps the name or the arguments are wrong. */
static char *
build_hint (const Options *options, McpCliToolList *list)
{
  g_autofree char *text = NULL;
  McpJsonSlice tool;

  if (list == NULL)
    return NULL;
  if (!mcp_cli_tool_list_find (list, options->tool, &tool))
    {
      text = mcp_cli_tool_list_suggest (list, options->tool);
      return text != NULL ? g_strdup_printf (_ ("Did you mean “%s”?"), text) : NULL;
    }
  if (mcp_cli_tool_help_accepts (tool, options->arguments))
    return NULL;
  text = mcp_cli_tool_help_build_signature (tool);
  return g_strdup_printf (_ ("The tool takes: %s"), text);
}

static gboolean
is_failure (GBytes *result)
{
  McpJsonSlice root, value;

  return result == NULL || (mcp_cli_json_parse_bytes (result, &root, NULL) &&
                            mcp_json_find_typed (root, "isError", MCP_JSON_BOOLEAN, &value) &&
                            mcp_json_get_boolean (value));
}

static GBytes *
call_in (Options *options,
         McpCliConnection *connection,
         const McpCliSession *session,
         GCancellable *cancellable,
         GError **error)
{
  g_autoptr (McpCliToolList) list = NULL;
  GBytes *result;

  if (options->arguments == NULL)
    {
      list = mcp_cli_tool_list_fetch_soon (connection, session, cancellable);
      if (!build_arguments (options, list, error))
        return NULL;
    }
  result = send_call (options, connection, session, cancellable, error);
  if (is_failure (result) && !g_cancellable_is_cancelled (cancellable))
    options->hint = build_hint (options, list);
  return result;
}

static GBytes *
call (Options *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find_or_create (connection, options->session, error)
                         : NULL;
  GBytes *result;

  if (session == NULL)
    return NULL;
  result = call_in (options, connection, session, cancellable, error);
  mcp_cli_session_end (connection, session);
  return result;
}

static int
print_answer (const Options *options, GBytes *result)
{
  McpJsonSlice root, value;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_json_parse_bytes (result, &root, &error))
    {
      mcp_cli_text_print_error (error);
      return MCP_CLI_FAILED;
    }
  if (!options->as_json)
    return print_result (root, options->raw) ? MCP_CLI_OK : MCP_CLI_FAILED;

  mcp_cli_json_print (result);
  return mcp_json_find_typed (root, "isError", MCP_JSON_BOOLEAN, &value) &&
                 mcp_json_get_boolean (value)
             ? MCP_CLI_FAILED
             : MCP_CLI_OK;
}

static int
run (Options *options)
{
  g_autoptr (GCancellable) cancellable = mcp_cli_interrupt_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) result = call (options, cancellable, &error);
  int status;

  if (result != NULL)
    {
      status = print_answer (options, result);
    }
  else
    {
      mcp_cli_text_print_error (error);
      status = mcp_cli_interrupt_get_status ();
    }
  if (options->hint != NULL)
    mcp_cli_text_print ("%s", options->hint);
  return status;
}

/* Reads what can be read before the tool is known. */
static gboolean
read_arguments (Options *options, char **words, GError **error)
{
  g_autofree char *arguments = NULL;

  options->words = words;
  if (options->arguments != NULL && words[0] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   _ ("Either KEY=VALUE or --arguments"));
      return FALSE;
    }
  if (options->arguments != NULL)
    return mcp_cli_arguments_check (options->arguments, error);
  arguments = mcp_cli_arguments_build ((const char *const *) words, MCP_JSON_SLICE_NONE, error);
  return arguments != NULL;
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
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
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
    .summary =
        _ ("Calls a tool, and prints its answer. A value is a text if the tool wants a text;\n"
           "otherwise it is JSON if it is valid JSON. On a terminal, missing arguments are asked\n"
           "for, and progress is shown."),
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
