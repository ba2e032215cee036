/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpToolChanges:
 * @added: the server's own names of tools that it did not have
 * @removed: of those that it has no more
 * @changed: of those whose description or schema is another
 *
 * How a server's tools differ from what they were.
 */
typedef struct
{
  char **added;
  char **removed;
  char **changed;
} McpToolChanges;

void mcp_tool_changes_free (McpToolChanges *self);

/**
 * McpToolPrints:
 *
 * Fingerprints of what tools say they are, as their servers first listed them or as
 * they were last accepted; kept in a file. Main context only.
 */
#define MCP_TYPE_TOOL_PRINTS (mcp_tool_prints_get_type ())
G_DECLARE_FINAL_TYPE (McpToolPrints, mcp_tool_prints, MCP, TOOL_PRINTS, GObject)

McpToolPrints *mcp_tool_prints_new (void);
gboolean mcp_tool_prints_load (McpToolPrints *self, const char *path, GError **error);
McpToolChanges *
mcp_tool_prints_update (McpToolPrints *self, const McpServerConfig *config, McpItemList *tools);
gboolean
mcp_tool_prints_accepts (McpToolPrints *self, const McpServerConfig *config, const McpItem *tool);
void
mcp_tool_prints_accept (McpToolPrints *self, const McpServerConfig *config, McpItemList *tools);
void mcp_tool_prints_retain (McpToolPrints *self, GPtrArray *configs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolChanges, mcp_tool_changes_free)

G_END_DECLS
