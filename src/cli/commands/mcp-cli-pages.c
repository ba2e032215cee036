/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A list that MCP hands out in pages, as one.
 */
#include "cli/commands/mcp-cli-pages.h"

#include "cli/daemon/mcp-cli-rpc.h"
#include "cli/terminal/mcp-cli-json.h"

static char *
build_params (const char *cursor)
{
  GString *params = g_string_new ("{");

  mcp_cli_json_add_string (params, "cursor", cursor);
  g_string_append_c (params, '}');
  return g_string_free (params, FALSE);
}

static void
append_page (GString *all, McpJsonSlice page, const char *list)
{
  McpJsonSlice items, item;
  McpJsonIter iter;

  if (!mcp_json_find_typed (page, list, MCP_JSON_ARRAY, &items))
    return;
  mcp_json_iter_init (&iter, items);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      if (all->str[all->len - 1] != '[')
        g_string_append_c (all, ',');
      mcp_json_append_slice (all, item);
    }
}

/**
 * mcp_cli_pages_fetch:
 * @connection: to the daemon
 * @session: the session
 * @method: of MCP, for example tools/list
 * @list: the member of its result that is the list
 * @cancellable: (nullable): ends the request
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the result with all items
 */
GBytes *
mcp_cli_pages_fetch (McpCliConnection *connection,
                     const McpCliSession *session,
                     const char *method,
                     const char *list,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *cursor = NULL;

  g_string_append_printf (all, "{\"%s\":[", list);
  do
    {
      g_autofree char *params = build_params (cursor);
      g_autoptr (GBytes) result =
          mcp_cli_rpc_call (connection, session, method, params, NULL, NULL, cancellable, error);
      McpJsonSlice page;

      if (result == NULL || !mcp_cli_json_parse_bytes (result, &page, error))
        return NULL;
      append_page (all, page, list);
      g_free (cursor);
      cursor = mcp_cli_json_dup_member (page, "nextCursor");
    }
  while (cursor != NULL);
  g_string_append (all, "]}");
  return g_string_free_to_bytes (g_steal_pointer (&all));
}
