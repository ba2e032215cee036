/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * MCP 2026-07-28: some tools want arguments as HTTP headers as well. The list of tools tells which,
 * and the bridge reads the list on its way to the client.
 */
#include "cli/bridge/mcp-cli-tool-headers.h"

#include "cli/daemon/mcp-cli-stateless.h"
#include "cli/terminal/mcp-cli-json.h"
#include "protocol/mcp-param-headers.h"

#include <string.h>

#define ANNOTATION "\"x-mcp-header\""
#define PREFIX     "Mcp-Param-"

struct _McpCliToolHeaders
{
  GHashTable *tools; /* (owned) char *name -> GBytes, as listed; only tools that want headers */
};

/**
 * mcp_cli_tool_headers_new:
 *
 * Returns: (transfer full): a table without tools
 */
McpCliToolHeaders *
mcp_cli_tool_headers_new (void)
{
  McpCliToolHeaders *self = g_new0 (McpCliToolHeaders, 1);

  self->tools =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

/**
 * mcp_cli_tool_headers_free:
 * @self: (transfer full): the tools
 */
void
mcp_cli_tool_headers_free (McpCliToolHeaders *self)
{
  g_hash_table_unref (self->tools);
  g_free (self);
}

static void
learn_tool (McpCliToolHeaders *self, McpJsonSlice tool)
{
  g_autofree char *name = mcp_cli_json_dup_member (tool, "name");

  if (name == NULL)
    return;
  if (memmem (tool.data, tool.length, ANNOTATION, strlen (ANNOTATION)) != NULL)
    g_hash_table_insert (self->tools, g_steal_pointer (&name),
                         g_bytes_new (tool.data, tool.length));
  else
    g_hash_table_remove (self->tools, name);
}

/**
 * mcp_cli_tool_headers_learn:
 * @self: the tools
 * @answer: to a tools/list
 */
void
mcp_cli_tool_headers_learn (McpCliToolHeaders *self, GBytes *answer)
{
  McpJsonSlice root, result, tools, tool;
  McpJsonIter iter;

  if (!mcp_cli_json_parse_bytes (answer, &root, NULL) ||
      !mcp_json_find_typed (root, "result", MCP_JSON_OBJECT, &result) ||
      !mcp_json_find_typed (result, "tools", MCP_JSON_ARRAY, &tools))
    return;
  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    learn_tool (self, tool);
}

/**
 * mcp_cli_tool_headers_add:
 * @self: the tools
 * @call: a tools/call
 * @headers: of the request that carries it
 */
void
mcp_cli_tool_headers_add (McpCliToolHeaders *self,
                          McpJsonrpcMessage *call,
                          SoupMessageHeaders *headers)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (call);
  g_autofree char *name = mcp_cli_json_dup_member (params, "name");
  GBytes *text = name != NULL ? g_hash_table_lookup (self->tools, name) : NULL;
  g_auto (GStrv) pairs = NULL;
  McpJsonSlice tool;

  if (text == NULL || !mcp_cli_json_parse_bytes (text, &tool, NULL))
    return;
  pairs = mcp_param_headers_build (tool, params);
  for (gsize i = 0; pairs != NULL && pairs[i] != NULL; i += 2)
    {
      g_autofree char *header = g_strconcat (PREFIX, pairs[i], NULL);

      mcp_cli_stateless_set_header (headers, header, pairs[i + 1]);
    }
}
