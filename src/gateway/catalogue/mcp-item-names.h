/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the clients accept: ^[a-zA-Z0-9_-]{1,64}$ (several model APIs check it). */
#define MCP_ITEM_NAME_MAX       64
/* Between a server's prefix and an item's own name. */
#define MCP_ITEM_NAME_SEPARATOR "__"

/**
 * McpItemNamesServer:
 * @prefix: of the exposed names; "" for none
 * @names: (nullable): the server's own names, in its order; %NULL: not known yet
 *
 * What the names of one server are made from; borrowed.
 */
typedef struct
{
  const char *prefix;
  const char *const *names;
} McpItemNamesServer;

typedef struct _McpItemNames McpItemNames;

McpItemNames *mcp_item_names_new (const McpItemNamesServer *servers, guint n_servers);
void mcp_item_names_free (McpItemNames *self);
const char *mcp_item_names_get_exposed (McpItemNames *self, guint server, const char *name);
gboolean
mcp_item_names_find (McpItemNames *self, const char *exposed, guint *server, const char **name);
gboolean mcp_item_names_may_own (const char *prefix, const char *exposed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpItemNames, mcp_item_names_free)

G_END_DECLS
