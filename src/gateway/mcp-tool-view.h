/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-server-config.h"
#include "mcp-session.h"
#include "mcp-tool-list.h"

G_BEGIN_DECLS

/**
 * McpToolView:
 *
 * All tools of all servers under their exposed names: the catalogue at one
 * moment. Immutable.
 */
typedef struct _McpToolView McpToolView;

McpToolView *mcp_tool_view_new (GPtrArray *configs, McpToolList *const *lists);
void mcp_tool_view_free (McpToolView *self);
gboolean mcp_tool_view_equal (McpToolView *a, McpToolView *b);
gboolean mcp_tool_view_find (McpToolView *self,
                             const char *exposed,
                             McpServerConfig **config,
                             const char **tool);
GBytes *mcp_tool_view_build_list (McpToolView *self, McpSession *session);
guint mcp_tool_view_count (McpToolView *self, const char *server_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolView, mcp_tool_view_free)

G_END_DECLS
