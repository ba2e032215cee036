/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-adhoc.h"
#include "cli/commands/mcp-cli-arguments.h"
#include "cli/commands/mcp-cli-call-display.h"
#include "cli/commands/mcp-cli-content.h"
#include "cli/commands/mcp-cli-elicitation.h"
#include "cli/commands/mcp-cli-tool-help.h"
#include "cli/commands/mcp-cli-tool-list.h"
#include "cli/daemon/mcp-cli-attached.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/probe/mcp-cli-direct.h"
#include "cli/terminal/mcp-cli-interrupt.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-prompt.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-text-clean.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  const char *tool;
  char *session;
  char **words; /* (unowned): KEY=VALUE each */
  char *arguments;
  char *server_command; /* (nullable): of a server for this call alone */
  char *url;            /* (nullable): the same */
  char *hint;           /* (nullable): what may be wrong with a call that failed */
  gboolean as_json;
  gboolean quiet;
  gboolean raw;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->arguments);
  g_free (options->server_command);
  g_free (options->url);
  g_free (options->hint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

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

/* What is told during the call. */
typedef struct
{
  McpCliCallDisplay *display; /* (nullable) */
  GCancellable *cancellable;  /* (unowned) */
} Talk;

static void
notify_cb (McpJsonrpcMessage *notification, gpointer user_data)
{
  Talk *talk = user_data;

  if (talk->display != NULL &&
      strcmp (mcp_jsonrpc_message_get_method (notification), "notifications/progress") == 0)
    mcp_cli_call_display_take_progress (talk->display,
                                        mcp_jsonrpc_message_get_params (notification));
}

static char *
ask_cb (McpJsonrpcMessage *question, gpointer user_data)
{
  Talk *talk = user_data;

  if (strcmp (mcp_jsonrpc_message_get_method (question), "elicitation/create") != 0)
    return NULL;
  if (talk->display != NULL)
    mcp_cli_call_display_clear (talk->display);
  return mcp_cli_elicitation_ask (mcp_jsonrpc_message_get_params (question), talk->cancellable);
}

static void
progress_cb (McpJsonSlice params, gpointer user_data)
{
  Talk *talk = user_data;

  if (talk->display != NULL)
    mcp_cli_call_display_take_progress (talk->display, params);
}

static void
said_cb (const char *line, gpointer user_data)
{
  Talk *talk = user_data;

  if (talk->display != NULL)
    mcp_cli_call_display_say (talk->display, line);
}

static gboolean
shows_progress (const Options *options)
{
  return !options->quiet && isatty (STDERR_FILENO);
}

/* A person can be asked; then the command is a client that says so. */
static GBytes *
send_call (const Options *options,
           McpCliConnection *connection,
           const McpCliSession *session,
           McpCliCallDisplay *display,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *params = build_params (options, display != NULL);
  g_autoptr (McpCliAttached) attached = NULL;
  Talk talk = { display, cancellable };
  McpCliRpcRequest request = { .path = "/mcp",
                               .session = session,
                               .method = "tools/call",
                               .params = params,
                               .notify = notify_cb,
                               .user_data = &talk };

  if (mcp_cli_prompt_is_possible ())
    attached = mcp_cli_attached_open (connection, session, MCP_CLI_ELICITATION_CAPABILITIES,
                                      cancellable, NULL);
  if (attached != NULL)
    {
      request.attachment_id = mcp_cli_attached_get_id (attached);
      request.ask = ask_cb;
    }
  return mcp_cli_rpc_send (connection, &request, NULL, cancellable, error);
}

/* Calls a tool of a server that is started for this call alone. */
static GBytes *
call_directly (Options *options, GCancellable *cancellable, GError **error)
{
  static const McpCliDirectFuncs funcs = { progress_cb, said_cb };
  g_autoptr (McpServerConfig) config =
      mcp_cli_adhoc_new_config (options->server_command, options->url, error);
  g_autofree char *params = NULL;
  Talk talk = { NULL, cancellable };
  GBytes *result;

  if (config == NULL)
    return NULL;
  if (options->arguments == NULL)
    options->arguments =
        mcp_cli_arguments_build ((const char *const *) options->words, MCP_JSON_SLICE_NONE, error);
  if (options->arguments == NULL)
    return NULL;
  params = build_params (options, FALSE);
  talk.display = shows_progress (options) ? mcp_cli_call_display_new (NULL, options->tool) : NULL;
  result = mcp_cli_direct_call (config, "tools/call", params, &funcs, &talk, cancellable, error);
  g_clear_pointer (&talk.display, mcp_cli_call_display_free);
  return result;
}

/* Returns: whether the person at the terminal gave a value */
static gboolean
ask_for (const char *name, McpJsonSlice tool, GPtrArray *words, GCancellable *cancellable)
{
  g_autofree char *description =
      mcp_cli_json_dup_member (mcp_cli_tool_help_get_property (tool, name), "description");
  g_autofree char *text = description != NULL ? g_strdup_printf ("%s (%s):", name, description)
                                              : g_strdup_printf ("%s:", name);
  g_autofree char *clean = mcp_text_clean (text);
  g_autofree char *prompt = g_strconcat (g_strstrip (clean), " ", NULL);
  g_autofree char *line = mcp_cli_prompt_read (prompt, cancellable);

  if (line == NULL)
    return FALSE;
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
ask_for_missing (McpJsonSlice tool, GPtrArray *words, GCancellable *cancellable)
{
  g_auto (GStrv) required = mcp_cli_tool_help_list_required (tool);

  if (!mcp_cli_prompt_is_possible ())
    return;
  for (gsize i = 0; required[i] != NULL; i++)
    if (!is_given (words, required[i]) && !ask_for (required[i], tool, words, cancellable))
      return;
}

/* Makes the arguments, by the schema of the tool if it is known. */
static gboolean
build_arguments (Options *options, McpCliToolList *list, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice tool = MCP_JSON_SLICE_NONE;

  for (gsize i = 0; options->words[i] != NULL; i++)
    g_ptr_array_add (words, g_strdup (options->words[i]));
  if (list != NULL && mcp_cli_tool_list_find (list, options->tool, &tool))
    ask_for_missing (tool, words, cancellable);
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
  g_autoptr (McpCliCallDisplay) display =
      shows_progress (options) ? mcp_cli_call_display_new (connection, options->tool) : NULL;
  g_autoptr (McpCliToolList) list = NULL;
  GBytes *result;

  if (options->arguments == NULL)
    {
      list = mcp_cli_tool_list_fetch_soon (connection, session, cancellable);
      if (display != NULL)
        mcp_cli_call_display_clear (display);
      if (!build_arguments (options, list, cancellable, error))
        return NULL;
    }
  result = send_call (options, connection, session, display, cancellable, error);
  if (is_failure (result) && !g_cancellable_is_cancelled (cancellable))
    options->hint = build_hint (options, list);
  return result;
}

static GBytes *
call_through_daemon (Options *options, GCancellable *cancellable, GError **error)
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

static GBytes *
call (Options *options, GCancellable *cancellable, GError **error)
{
  if (options->server_command != NULL || options->url != NULL)
    return call_directly (options, cancellable, error);
  return call_through_daemon (options, cancellable, error);
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
    return mcp_cli_content_print_result (root, options->raw) ? MCP_CLI_OK : MCP_CLI_FAILED;

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
    { "server-command", 0, 0, G_OPTION_ARG_STRING, &options.server_command,
      N_ ("Start this server for the call, without the daemon"), N_ ("COMMAND") },
    { "url", 0, 0, G_OPTION_ARG_STRING, &options.url,
      N_ ("Call a tool of the server at this address, without the daemon"), N_ ("URL") },
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
    .description = _ ("Examples:\n"
                      "  mcp-session call files__read_file path=README.md\n"
                      "  mcp-session call --server-command 'npx -y some-server' some_tool x=1\n"),
    .min_words = 1,
    .max_words = -1,
  };
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;
  options.tool = argv[1];
  if (options.server_command != NULL && options.url != NULL)
    return mcp_cli_options_report_error (_ ("Either --server-command or --url"));
  if (!read_arguments (&options, argv + 2, &error))
    return mcp_cli_options_report_error ("%s", error->message);
  return run (&options);
}
