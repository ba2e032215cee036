/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"
#include "gateway/catalogue/mcp-tool-prints.h"

G_BEGIN_DECLS

/**
 * McpListing:
 * @lists: (nullable): by #McpItemKind, closed; %NULL: not known
 * @instructions: (nullable): what the server says of itself, for the model
 * @server_info: (nullable): what the server calls itself, an object
 * @capabilities: (nullable): what the server offers, an object
 * @prints: (nullable): of the tools and the instructions; %NULL: not known
 * @same: which lists are the same as in the listing that they were compared with
 *
 * What one server lists.
 */
typedef struct
{
  McpItemList *lists[MCP_N_ITEM_KINDS];
  char *instructions;
  char *server_info;
  char *capabilities;
  McpToolPrints *prints;
  McpItemKinds same;
} McpListing;

McpListing *mcp_listing_copy (const McpListing *self);
void mcp_listing_free (McpListing *self);
void mcp_listing_take_list (McpListing *self, McpItemList *list, const McpListing *known);
GPtrArray *mcp_listing_build_notes (const McpListing *self);
McpItemKinds mcp_listing_merge (McpListing *self, McpListing *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpListing, mcp_listing_free)

G_END_DECLS
