/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the clients accept: ^[a-zA-Z0-9_-]{1,64}$ (several model APIs check it). */
#define MCP_TOOL_NAME_MAX       64
/* Between a server's prefix and a tool's own name. */
#define MCP_TOOL_NAME_SEPARATOR "__"

/**
 * McpToolNamesServer:
 * @prefix: of the exposed names; "" for none
 * @tools: (nullable): the server's own names, in its order; %NULL: not known yet
 *
 * What the names of one server are made from; borrowed.
 */
typedef struct
{
  const char *prefix;
  const char *const *tools;
} McpToolNamesServer;

typedef struct _McpToolNames McpToolNames;

McpToolNames *mcp_tool_names_new (const McpToolNamesServer *servers, guint n_servers);
void mcp_tool_names_free (McpToolNames *self);
const char *mcp_tool_names_get_exposed (McpToolNames *self, guint server, const char *tool);
gboolean
mcp_tool_names_find (McpToolNames *self, const char *exposed, guint *server, const char **tool);
gboolean mcp_tool_names_may_own (const char *prefix, const char *exposed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolNames, mcp_tool_names_free)

G_END_DECLS
