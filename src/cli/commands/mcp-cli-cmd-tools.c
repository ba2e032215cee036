/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands/mcp-cli-command.h"
#include "cli/terminal/mcp-cli-exit.h"

#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/daemon/mcp-cli-session.h"
#include "cli/terminal/mcp-cli-interrupt.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-options.h"
#include "cli/terminal/mcp-cli-table.h"
#include "cli/terminal/mcp-cli-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* The first sentence's worth of a description. */
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

static void
print_tools (McpJsonSlice tools)
{
  const char *titles[] = { _ ("TOOL"), _ ("DESCRIPTION"), NULL };
  g_autoptr (McpCliTable) table = mcp_cli_table_new (titles);
  McpJsonIter iter;
  McpJsonSlice tool;
  guint n_tools = 0;

  mcp_json_iter_init (&iter, tools);
  for (; mcp_json_iter_next_element (&iter, &tool); n_tools++)
    {
      g_autofree char *name = mcp_cli_json_dup_member (tool, "name");
      g_autofree char *description = dup_first_line (tool);

      mcp_cli_table_add (table, (const char *[]){ name != NULL ? name : "", description });
    }
  if (n_tools > 0)
    mcp_cli_table_print (table);
  else
    mcp_cli_text_print (_ ("There are no tools; “mcp-session server add” gives you some"));
}

static char *
build_params (const char *cursor)
{
  GString *params = g_string_new ("{");

  mcp_cli_json_add_string (params, "cursor", cursor);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

static void
append_tools (GString *all, McpJsonSlice page)
{
  McpJsonSlice tools, tool;
  McpJsonIter iter;

  if (!mcp_json_find_typed (page, "tools", MCP_JSON_ARRAY, &tools))
    return;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      if (all->str[all->len - 1] != '[')
        g_string_append_c (all, ',');
      mcp_json_append_slice (all, tool);
    }
}

/* All pages as one. */
static char *
list_tools (McpCliConnection *connection,
            const McpCliSession *session,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GString) all = g_string_new ("{\"tools\":[");
  g_autofree char *cursor = NULL;

  do
    {
      g_autofree char *params = build_params (cursor);
      g_autoptr (GBytes) result = mcp_cli_rpc_call (connection, session, "tools/list", params, NULL,
                                                    NULL, cancellable, error);
      McpJsonSlice page;

      if (result == NULL || !mcp_cli_json_parse_bytes (result, &page, error))
        return NULL;
      append_tools (all, page);
      g_free (cursor);
      cursor = mcp_cli_json_dup_member (page, "nextCursor");
    }
  while (cursor != NULL);

  g_string_append (all, "]}");
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static gboolean
print_list (const char *list, gboolean as_json, GError **error)
{
  McpJsonSlice root, tools;

  if (!mcp_cli_json_parse (list, strlen (list), &root, error))
    return FALSE;
  if (as_json)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (list, strlen (list));

      mcp_cli_json_print (bytes);
    }
  else if (mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &tools))
    {
      print_tools (tools);
    }
  return TRUE;
}

static gboolean
run (const char *name, gboolean as_json, GCancellable *cancellable, GError **error)
{
  g_autoptr (McpCliConnection) connection = mcp_cli_connection_open (error);
  g_autoptr (McpCliSession) session =
      connection != NULL ? mcp_cli_session_find_or_create (connection, name, error) : NULL;
  g_autofree char *list = NULL;

  if (session == NULL)
    return FALSE;
  list = list_tools (connection, session, cancellable, error);
  mcp_cli_session_end (connection, session);
  return list != NULL && print_list (list, as_json, error);
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
  gboolean as_json = FALSE;
  g_autofree char *name = NULL;
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_STRING, &name,
      N_ ("Whose tools; not given: that of the environment, else one for the current directory"),
      N_ ("SESSION") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print the result of tools/list"), NULL },
    { NULL },
  };
  const McpCliUsage usage = { .summary = _ ("Lists the tools of a session.") };
  g_autoptr (GCancellable) cancellable = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_cli_options_parse (&usage, entries, &argc, &argv))
    return MCP_CLI_USAGE;

  cancellable = mcp_cli_interrupt_new ();
  if (run (name, as_json, cancellable, &error))
    return MCP_CLI_OK;
  mcp_cli_text_print_error (error);
  return mcp_cli_interrupt_get_status ();
}
