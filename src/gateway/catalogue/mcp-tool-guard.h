/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-listing.h"
#include "gateway/catalogue/mcp-tool-prints.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpToolGuard:
 *
 * Knows what the tools of each server were when they were first listed or last accepted, and
 * keeps that in a file. Says what has changed, and which tools of a pinned server are held
 * back until their owner accepts them. Main context only.
 */
#define MCP_TYPE_TOOL_GUARD (mcp_tool_guard_get_type ())
G_DECLARE_FINAL_TYPE (McpToolGuard, mcp_tool_guard, MCP, TOOL_GUARD, GObject)

McpToolGuard *mcp_tool_guard_new (void);
gboolean mcp_tool_guard_load (McpToolGuard *self, const char *path, GError **error);
McpToolChanges *
mcp_tool_guard_check (McpToolGuard *self, const McpServerConfig *config, McpToolPrints *now);
McpToolPrints *mcp_tool_guard_get_accepted (McpToolGuard *self, const McpServerConfig *config);
char *mcp_tool_guard_build_held (McpToolGuard *self,
                                 const McpServerConfig *config,
                                 const McpListing *listing);
void mcp_tool_guard_accept (McpToolGuard *self, const McpServerConfig *config, McpToolPrints *now);
void mcp_tool_guard_retain (McpToolGuard *self, GPtrArray *configs);

gboolean mcp_tool_guard_parse (const char *text, gsize length, GHashTable *servers, GError **error);

G_END_DECLS
