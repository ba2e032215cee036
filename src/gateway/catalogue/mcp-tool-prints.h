/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"

G_BEGIN_DECLS

/* No tool has this name in a list of changes. */
#define MCP_TOOL_PRINTS_INSTRUCTIONS "(instructions)"

/**
 * McpToolPrints:
 *
 * The fingerprints of one server's tools, by name, and of its instructions. Counted by
 * reference, immutable, any thread.
 */
typedef struct _McpToolPrints McpToolPrints;

/**
 * McpToolChanges:
 * @added: the server's own names of tools that it did not have
 * @removed: of tools that it does not have any more
 * @changed: of tools that say another thing of themselves
 *
 * How a server's tools differ from what they were. Its instructions are among them under the
 * name %MCP_TOOL_PRINTS_INSTRUCTIONS.
 */
typedef struct
{
  char **added;
  char **removed;
  char **changed;
} McpToolChanges;

McpToolPrints *mcp_tool_prints_new (McpItemList *tools, const char *instructions);
McpToolPrints *mcp_tool_prints_new_from_json (McpJsonSlice object);
McpToolPrints *mcp_tool_prints_ref (McpToolPrints *self);
void mcp_tool_prints_unref (McpToolPrints *self);
gboolean mcp_tool_prints_match (McpToolPrints *self, const McpItem *tool);
gboolean mcp_tool_prints_match_instructions (McpToolPrints *self, const char *instructions);
void mcp_tool_prints_append (McpToolPrints *self, GString *out);
McpToolChanges *mcp_tool_prints_compare (McpToolPrints *earlier, McpToolPrints *now);

void mcp_tool_prints_changes_free (McpToolChanges *changes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolPrints, mcp_tool_prints_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolChanges, mcp_tool_prints_changes_free)

G_END_DECLS
