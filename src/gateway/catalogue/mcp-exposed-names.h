/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the clients accept: ^[a-zA-Z0-9_-]{1,64}$ (several model APIs check it). */
#define MCP_ITEM_NAME_MAX       64
/* Between a server's prefix and an item's own name. */
#define MCP_ITEM_NAME_SEPARATOR "__"

/**
 * McpExposedNamesServer:
 * @prefix: of the exposed names; "" for none
 * @names: (nullable): the server's own names, in its order; %NULL: not known yet
 *
 * What the names of one server are made from; borrowed.
 */
typedef struct
{
  const char *prefix;
  const char *const *names;
} McpExposedNamesServer;

typedef struct _McpExposedNames McpExposedNames;

McpExposedNames *mcp_exposed_names_new (const McpExposedNamesServer *servers, guint n_servers);
void mcp_exposed_names_free (McpExposedNames *self);
const char *mcp_exposed_names_get (McpExposedNames *self, guint server, const char *name);
gboolean mcp_exposed_names_find (McpExposedNames *self,
                                 const char *exposed,
                                 guint *server,
                                 const char **name);
gboolean mcp_exposed_names_may_own (const char *prefix, const char *exposed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpExposedNames, mcp_exposed_names_free)

G_END_DECLS
