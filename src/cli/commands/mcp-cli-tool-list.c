/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tools of a session, all pages as one.
 */
#include "cli/commands/mcp-cli-tool-list.h"

#include "cli/commands/mcp-cli-pages.h"
#include "cli/terminal/mcp-cli-json.h"
#include "cli/terminal/mcp-cli-suggest.h"

/* A list that only helps is not waited for longer. */
#define SOON_MS 2000

struct _McpCliToolList
{
  GBytes *json; /* (owned): {"tools":[…]} */
  McpJsonSlice tools;
};

/**
 * mcp_cli_tool_list_fetch:
 * @connection: to the daemon
 * @session: whose tools
 * @cancellable: ends the request
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the tools
 */
McpCliToolList *
mcp_cli_tool_list_fetch (McpCliConnection *connection,
                         const McpCliSession *session,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (McpCliToolList) self = g_new0 (McpCliToolList, 1);
  McpJsonSlice root;

  self->json = mcp_cli_pages_fetch (connection, session, "tools/list", "tools", cancellable, error);
  if (self->json == NULL)
    return NULL;
  if (!mcp_cli_json_parse_bytes (self->json, &root, error) ||
      !mcp_json_find_typed (root, "tools", MCP_JSON_ARRAY, &self->tools))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
timeout_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/**
 * mcp_cli_tool_list_fetch_soon:
 * @connection: to the daemon
 * @session: whose tools
 * @cancellable: ends the request
 *
 * As mcp_cli_tool_list_fetch(), for 2 s at most.
 *
 * Returns: (transfer full) (nullable): the tools; %NULL if they did not come in time
 */
McpCliToolList *
mcp_cli_tool_list_fetch_soon (McpCliConnection *connection,
                              const McpCliSession *session,
                              GCancellable *cancellable)
{
  g_autoptr (GCancellable) bounded = g_cancellable_new ();
  guint timeout_id = g_timeout_add (SOON_MS, timeout_cb, bounded);
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                          g_object_ref (bounded), g_object_unref);
  McpCliToolList *self = mcp_cli_tool_list_fetch (connection, session, bounded, NULL);

  g_cancellable_disconnect (cancellable, handler);
  g_source_remove (timeout_id);
  return self;
}

/**
 * mcp_cli_tool_list_free:
 * @self: (transfer full): the tools
 */
void
mcp_cli_tool_list_free (McpCliToolList *self)
{
  g_clear_pointer (&self->json, g_bytes_unref);
  g_free (self);
}

/**
 * mcp_cli_tool_list_get_json:
 * @self: the tools
 *
 * Returns: (transfer none): the result of tools/list
 */
GBytes *
mcp_cli_tool_list_get_json (McpCliToolList *self)
{
  return self->json;
}

/**
 * mcp_cli_tool_list_get_tools:
 * @self: the tools
 *
 * Returns: a JSON array; valid as long as @self
 */
McpJsonSlice
mcp_cli_tool_list_get_tools (McpCliToolList *self)
{
  return self->tools;
}

/**
 * mcp_cli_tool_list_find:
 * @self: the tools
 * @name: of a tool
 * @tool: (out): the tool; valid as long as @self
 *
 * Returns: whether there is such a tool
 */
gboolean
mcp_cli_tool_list_find (McpCliToolList *self, const char *name, McpJsonSlice *tool)
{
  McpJsonIter iter;

  mcp_json_iter_init (&iter, self->tools);
  while (mcp_json_iter_next_element (&iter, tool))
    {
      McpJsonSlice value;

      if (mcp_json_find_typed (*tool, "name", MCP_JSON_STRING, &value) &&
          mcp_json_string_equal (value, name))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_cli_tool_list_suggest:
 * @self: the tools
 * @name: what was typed
 *
 * Returns: (transfer full) (nullable): the tool that was probably meant
 */
char *
mcp_cli_tool_list_suggest (McpCliToolList *self, const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  McpJsonSlice tool;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, self->tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    {
      char *text = mcp_cli_json_dup_member (tool, "name");

      if (text != NULL)
        g_ptr_array_add (names, text);
    }
  g_ptr_array_add (names, NULL);
  return g_strdup (mcp_cli_suggest_find (name, (const char *const *) names->pdata));
}
