/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "gateway/catalogue/mcp-item-kind.h"

G_BEGIN_DECLS

/* A longer name of a tool or prompt is no name; the specification asks for 128 at most. */
#define MCP_ITEM_CHECK_MAX_NAME 255
#define MCP_ITEM_CHECK_MAX_URI  8192

/**
 * McpItemCheck:
 * @name: (owned) (nullable): the server's own name of the item; %NULL: the item is left out
 * @mended: (owned) (nullable): the item as it is passed on; %NULL: as the server wrote it
 * @note: (owned) (nullable): what was wrong with the item; %NULL: nothing
 *
 * What became of one item of a list.
 */
typedef struct
{
  char *name;
  char *mended;
  char *note;
} McpItemCheck;

void mcp_item_check (McpItemKind kind, McpJsonSlice item, McpItemCheck *check);
void mcp_item_check_clear (McpItemCheck *check);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpItemCheck, mcp_item_check_clear)

G_END_DECLS
