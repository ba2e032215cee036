/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "gateway/catalogue/mcp-item-kind.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpItem:
 * @name: as its server calls it: a name, a URI or a URI template
 * @json: the item's object in its list, byte for byte
 */
typedef struct
{
  char *name;
  char *json;
} McpItem;

/**
 * McpItemList:
 *
 * What one server lists of one kind, in its own order; reference-counted, and
 * immutable once all its pages are in.
 */
typedef struct _McpItemList McpItemList;

McpItemList *mcp_item_list_new (McpItemKind kind, gsize max_bytes);
McpItemList *mcp_item_list_ref (McpItemList *self);
void mcp_item_list_unref (McpItemList *self);
gboolean mcp_item_list_add_page (McpItemList *self, McpJsonSlice result, GError **error);
guint mcp_item_list_get_length (McpItemList *self);
const McpItem *mcp_item_list_get (McpItemList *self, guint index);
gboolean mcp_item_list_equal (McpItemList *a, McpItemList *b);

/**
 * McpListing:
 * @lists: (nullable): by #McpItemKind; %NULL: not known
 *
 * What one server lists.
 */
typedef struct
{
  McpItemList *lists[MCP_N_ITEM_KINDS];
} McpListing;

void mcp_listing_free (McpListing *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpItemList, mcp_item_list_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpListing, mcp_listing_free)

G_END_DECLS
