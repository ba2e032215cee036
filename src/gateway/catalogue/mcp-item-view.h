/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-list.h"
#include "gateway/catalogue/mcp-name-rooms.h"
#include "gateway/catalogue/mcp-tool-prints.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpItemViewInput:
 * @kind: what is listed
 * @configs: (element-type McpServerConfig): the servers, in the order of the configuration
 * @lists: what each server lists, closed; %NULL where that is not known
 * @accepted: for each pinned server the prints that its tools have to match; %NULL elsewhere
 * @rooms: of all configured servers
 * @max_name: length of an exposed name
 *
 * What a view is made from; borrowed.
 */
typedef struct
{
  McpItemKind kind;
  GPtrArray *configs;
  McpItemList *const *lists;
  McpToolPrints *const *accepted;
  McpNameRooms *rooms;
  guint max_name;
} McpItemViewInput;

/**
 * McpExposedItem:
 * @server: index of the server
 * @item: as the server lists it
 * @exposed: name, URI or template for clients
 */
typedef struct
{
  guint server;
  const McpItem *item;
  const char *exposed;
} McpExposedItem;

/**
 * McpItemView:
 *
 * All items of one kind of all servers, under their exposed names: a part of the catalogue at
 * one moment. Counted by reference, immutable, any thread.
 */
typedef struct _McpItemView McpItemView;

McpItemView *mcp_item_view_new (const McpItemViewInput *input);
McpItemView *mcp_item_view_ref (McpItemView *self);
void mcp_item_view_unref (McpItemView *self);
McpItemKind mcp_item_view_get_kind (McpItemView *self);
guint mcp_item_view_get_length (McpItemView *self);
const McpExposedItem *mcp_item_view_get (McpItemView *self, guint index);
McpServerConfig *mcp_item_view_get_config (McpItemView *self, guint server);
const McpExposedItem *mcp_item_view_find (McpItemView *self, const char *exposed);
const McpExposedItem *mcp_item_view_find_own (McpItemView *self, guint server, const char *name);
McpServerConfig *mcp_item_view_find_held (McpItemView *self, const char *exposed);
gboolean mcp_item_view_holds_own (McpItemView *self, const char *server_name, const char *name);
GArray *mcp_item_view_get_owners (McpItemView *self, const char *uri);
guint mcp_item_view_count (McpItemView *self, const char *server_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpItemView, mcp_item_view_unref)

G_END_DECLS
