/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "common/mcp-json.h"

G_BEGIN_DECLS

typedef struct _McpCliToolList McpCliToolList;

McpCliToolList *mcp_cli_tool_list_fetch (McpCliConnection *connection,
                                         const McpCliSession *session,
                                         GCancellable *cancellable,
                                         GError **error);
McpCliToolList *mcp_cli_tool_list_fetch_soon (McpCliConnection *connection,
                                              const McpCliSession *session,
                                              GCancellable *cancellable);
void mcp_cli_tool_list_free (McpCliToolList *self);
GBytes *mcp_cli_tool_list_get_json (McpCliToolList *self);
McpJsonSlice mcp_cli_tool_list_get_tools (McpCliToolList *self);
gboolean mcp_cli_tool_list_find (McpCliToolList *self, const char *name, McpJsonSlice *tool);
char *mcp_cli_tool_list_suggest (McpCliToolList *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliToolList, mcp_cli_tool_list_free)

G_END_DECLS
