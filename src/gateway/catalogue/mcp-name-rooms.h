/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Between a server's prefix and an item's own name. */
#define MCP_NAME_ROOMS_SEPARATOR "__"

/**
 * McpNameRooms:
 *
 * Which exposed names belong to which server: all that begin with its prefix and the
 * separator belong to it alone, whether the server runs, is disabled, or has such an item.
 * Where one prefix begins another, the longer one decides. Counted by reference, immutable,
 * any thread.
 *
 * A room is known by its beginning ("files__"), a text that the rooms own; servers of one
 * prefix share a room, and those without a prefix the room "" of all names that are nobody's.
 */
typedef struct _McpNameRooms McpNameRooms;

McpNameRooms *mcp_name_rooms_new (const char *const *prefixes, guint n_prefixes);
McpNameRooms *mcp_name_rooms_ref (McpNameRooms *self);
void mcp_name_rooms_unref (McpNameRooms *self);
const char *mcp_name_rooms_get (McpNameRooms *self, const char *prefix);
const char *mcp_name_rooms_find (McpNameRooms *self, const char *name);
const char *mcp_name_rooms_find_of_glob (McpNameRooms *self, const char *glob);

char *mcp_name_rooms_mangle (const char *name, gboolean *exact);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpNameRooms, mcp_name_rooms_unref)

G_END_DECLS
