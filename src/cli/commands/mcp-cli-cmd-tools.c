/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/commands/mcp-cli-server-states.h"
#include "cli/commands/mcp-cli-tool-cost.h"
#include "cli/commands/mcp-cli-tool-help.h"
#include "cli/commands/mcp-cli-tool-list.h"
#include "cli/commands/mcp-cli-wait.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-interrupt.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"
#include "common/mcp-error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *session;
  char *server;
  char *search;
  const char *tool; /* (nullable): the one to be shown */
  gboolean cost;
  McpCliOutput output;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->session);
  g_free (options->server);
  g_free (options->search);
  mcp_cli_output_clear (&options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The first line of a description. */
static char *
dup_first_line (McpJsonSlice tool)
{
  g_autofree char *text = mcp_cli_json_dup_member (tool, "description");

  if (text == NULL)
    text = mcp_cli_json_dup_member (tool, "title");
  if (text == NULL)
    return g_strdup ("");
  g_strstrip (text);
  return g_strndup (text, strcspn (text, "\n"));
}

static gboolean
matches_server (const char *name, const char *server)
{
  g_autofree char *prefix = g_strconcat (server, "__", NULL);

  return g_str_has_prefix (name, prefix);
}

static gboolean
contains (const char *text, const char *part)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *wanted = g_utf8_casefold (part, -1);

  return strstr (folded, wanted) != NULL;
}

static gboolean
is_wanted (const Options *options, McpJsonSlice tool, const char *name)
{
  g_autofree char *description = mcp_cli_json_dup_member (tool, "description");

  if (options->server != NULL && !matches_server (name, options->server))
    return FALSE;
  return options->search == NULL || contains (name, options->search) ||
         (description != NULL && contains (description, options->search));
}

/* Returns: (transfer full): the result of tools/list with the wanted tools */
static GBytes *
select_tools (const Options *options, McpCliToolList *list)
{
  GString *json;
  McpJsonSlice tool;
  McpJsonIter iter;

  if (options->server == NULL && options->search == NULL)
    return g_bytes_ref (mcp_cli_tool_list_get_json (list));
  json = g_string_new ("{\"tools\":[");
  mcp_json_iter_init (&iter, mcp_cli_tool_list_get_tools (list));
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      g_autofree char *name = mcp_cli_json_dup_member (tool, "name");

      if (name == NULL || !is_wanted (options, tool, name))
        continue;
      if (json->str[json->len - 1] != '[')
        g_string_append_c (json, ',');
      mcp_json_append_slice (json, tool);
    }
  g_string_append (json, "]}");
  return g_string_free_to_bytes (json);
}

/* A person sees where the tools of the next server begin. */
static void
add_heading (McpCliTable *table, const char *tool, char **server)
{
  g_autofree char *own = mcp_cli_tool_cost_dup_server (tool);

  if (!isatty (STDOUT_FILENO) || g_strcmp0 (own, *server) == 0)
    return;
  if (*server != NULL)
    mcp_cli_table_add (table, (const char *[]){ "", "" });
  g_free (*server);
  *server = g_steal_pointer (&own);
}

static void
print_tools (const Options *options, McpJsonSlice tools)
{
  const char *titles[] = { _ ("TOOL"), _ ("DESCRIPTION"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  g_autofree char *server = NULL;
  McpJsonIter iter;
  McpJsonSlice tool;
  guint n_tools = 0;

  mcp_json_iter_init (&iter, tools);
  for (; mcp_json_iter_next_element (&iter, &tool); n_tools++)
    {
      g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
      g_autofree char *description = dup_first_line (tool);

      add_heading (table, name != NULL ? name : "", &server);
      mcp_cli_table_add (table, (const char *[]){ name != NULL ? name : "?", description });
    }
  if (n_tools > 0)
    mcp_cli_table_print (table);
  else if (options->server != NULL || options->search != NULL)
    mcp_cli_text_print (_ ("No tool matches"));
}

static gboolean
print_one (const Options *options, McpCliToolList *list, GError **error)
{
  const char *name = options->tool;
  g_autofree char *meant = NULL;
  McpJsonSlice tool;

  if (mcp_cli_tool_list_find (list, name, &tool))
    {
      const McpCliOutput output = { .name = "name",
                                    .format = options->output.format,
                                    .fields = options->output.fields };
      g_autoptr (GBytes) json = g_bytes_new (tool.data, tool.length);

      if (!mcp_cli_output_is_for_people (&output))
        return mcp_cli_output_print (&output, json, error);
      mcp_cli_tool_help_print (tool);
      return TRUE;
    }
  meant = mcp_cli_tool_list_suggest (list, name);
  if (meant != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no tool “%s”; did you mean “%s”?"), name, meant);
  else
    g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND,
                 _ ("There is no tool “%s”; “mcp-session tools” lists the tools"), name);
  return FALSE;
}

static gboolean
print_list (const Options *options, McpCliToolList *list, GError **error)
{
  g_autoptr (GBytes) wanted = NULL;
  McpJsonSlice root, tools;

  if (options->tool != NULL)
    return print_one (options, list, error);
  wanted = select_tools (options, list);
  if (!options->cost && !mcp_cli_output_is_for_people (&options->output))
    return mcp_cli_output_print (&options->output, wanted, error);
  if (!mcp_cli_json_parse_bytes (wanted, &root, error) ||
      !mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools))
    return FALSE;
  if (options->cost)
    mcp_cli_tool_cost_print (tools);
  else
    print_tools (options, tools);
  return TRUE;
}

/* Returns: (transfer full) (nullable): why tools of a server are missing */
static char *
dup_absence (const char *name, McpJsonSlice server)
{
  char *reason = mcp_cli_server_states_dup_reason (server);

  if (reason == NULL && mcp_cli_server_states_is_beginning (server))
    reason = g_strdup_printf (
        _ ("Server “%s” has not told its tools yet; “mcp-session server test %s” shows why"), name,
        name);
  return reason;
}

/* Tools that are missing because their server does not work.
 *
 * Returns: how many servers do not */
static guint
print_failures (const Options *options, McpCliConnection *connection)
{
  g_autoptr (McpCliServerStates) states = mcp_cli_server_states_fetch (connection);
  McpJsonSlice server;
  McpJsonIter iter;
  guint n_failed = 0;

  if (states == NULL)
    return 0;
  mcp_json_iter_init (&iter, mcp_cli_server_states_get_all (states));
  while (mcp_json_iter_next_element (&iter, &server))
    {
      g_autofree char *name = mcp_cli_json_dup_member (server, "name");
      g_autofree char *reason = dup_absence (name, server);

      if (reason == NULL || (options->server != NULL && g_strcmp0 (options->server, name) != 0))
        continue;
      mcp_cli_text_print ("%s", reason);
      n_failed++;
    }
  return n_failed;
}

/* To a person who gets an empty list, and has not asked for a part of it. */
static void
say_what_to_do (const Options *options, McpCliToolList *list, guint n_failed)
{
  McpJsonSlice tool;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, mcp_cli_tool_list_get_tools (list));
  if (options->server != NULL || options->search != NULL || options->cost ||
      !mcp_cli_output_is_for_people (&options->output) || mcp_json_iter_next_element (&iter, &tool))
    return;
  if (n_failed > 0)
    mcp_cli_text_print (_ ("There are no tools; “mcp-session doctor” looks for what is wrong"));
  else
    mcp_cli_text_print (_ ("There are no tools; “mcp-session server add” adds a server, and "
                           "“mcp-session doctor” looks for what is wrong"));
}

static gboolean
run (const Options *options, GCancellable *cancellable, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find_or_create (connection, options->session, error)
                         : NULL;
  g_autoptr (McpCliWait) wait = NULL;
  g_autoptr (McpCliToolList) list = NULL;
  gboolean is_printed;

  if (session == NULL)
    return FALSE;
  wait = mcp_cli_wait_new (_ ("Waiting for servers to list their tools"));
  list = mcp_cli_tool_list_fetch (connection, session, cancellable, error);
  g_clear_pointer (&wait, mcp_cli_wait_free);
  is_printed = list != NULL && print_list (options, list, error);
  /* With the session, its servers end, and nothing is to be seen of them any more. */
  if (is_printed && options->tool == NULL)
    say_what_to_do (options, list, print_failures (options, connection));
  mcp_cli_session_end (connection, session);
  return is_printed;
}

/* “show NAME” shows one tool. */
static gboolean
read_words (Options *options, int n_words, char **words)
{
  if (n_words == 0)
    return TRUE;
  if (strcmp (words[0], "show") == 0 && n_words == 2)
    {
      options->tool = words[1];
      return TRUE;
    }
  if (strcmp (words[0], "show") == 0)
    mcp_cli_options_report_error (_ ("Something is missing: %s"), "NAME");
  else
    mcp_cli_options_report_error (
        _ ("“%s” is not expected; “--search %s” lists tools that contain it, “show %s” shows one"),
        words[0], words[0], words[0]);
  return FALSE;
}

/**
 * mcp_cli_cmd_tools:
 * @argc: number of words
 * @argv: the words
 *
 * Lists the tools that a session has.
 *
 * Returns: the exit status
 */
int
mcp_cli_cmd_tools (int argc, char **argv)
{
  g_auto (Options) options = { .output = { .list = "tools", .name = "name" } };
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &options.session,
      N_ ("The session; default: the one of the environment, or else one for the current directory"),
      N_ ("SESSION") },
    { "server", 0, 0, G_OPTION_ARG_STRING, &options.server, N_ ("Only the tools of this server"),
      N_ ("NAME") },
    { "search", 0, 0, G_OPTION_ARG_STRING, &options.search,
      N_ ("Only tools with this text in their name or description"), N_ ("TEXT") },
    { "cost", 0, 0, G_OPTION_ARG_NONE, &options.cost,
      N_ ("Estimate what the tools take of a model’s context"), NULL },
    { NULL },
  };
  const McpCliUsage usage = {
    .parameters = _ ("[show NAME]"),
    .summary = _ ("Lists the tools of a session; “show” explains one tool and its arguments."),
    .max_words = 2,
    .output = &options.output,
  };
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv) ||
      !read_words (&options, argc - 1, argv + 1))
    return MCP_CLI_USAGE;

  cancellable = mcp_cli_interrupt_new ();
  if (run (&options, cancellable, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return mcp_cli_interrupt_get_status ();
}
