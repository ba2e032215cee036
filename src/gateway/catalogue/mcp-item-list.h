/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "gateway/catalogue/mcp-item-kind.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Bytes of a SHA-256. */
#define MCP_ITEM_PRINT_LENGTH 32

/**
 * McpItem:
 * @name: the server's own name: a name, a URI or a URI template
 * @json: the item as it is passed on, but for its name
 * @print: of a tool: SHA-256 of all that a model reads about it
 *
 * One item of a list, which owns all of it.
 */
typedef struct
{
  const char *name;
  McpJsonSlice json;
  guint8 print[MCP_ITEM_PRINT_LENGTH];
} McpItem;

/**
 * McpItemList:
 *
 * What one server lists of one kind, in its own order, each name once. Counted by reference.
 * A list is filled by one thread and then closed; from then on it is immutable and may be read
 * by any thread.
 */
typedef struct _McpItemList McpItemList;

McpItemList *mcp_item_list_new (McpItemKind kind, gsize max_bytes, guint max_items);
McpItemList *mcp_item_list_ref (McpItemList *self);
void mcp_item_list_unref (McpItemList *self);
gboolean mcp_item_list_add_page (McpItemList *self, McpJsonSlice result, GError **error);
void mcp_item_list_note (McpItemList *self, const char *note);
void mcp_item_list_close (McpItemList *self);

McpItemKind mcp_item_list_get_kind (McpItemList *self);
guint mcp_item_list_get_length (McpItemList *self);
const McpItem *mcp_item_list_get (McpItemList *self, guint index);
const char *const *mcp_item_list_get_notes (McpItemList *self);
gboolean mcp_item_list_is_full (McpItemList *self);
gboolean mcp_item_list_equal (McpItemList *a, McpItemList *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpItemList, mcp_item_list_unref)

G_END_DECLS
