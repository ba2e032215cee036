/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-name-rooms.h"

G_BEGIN_DECLS

/* What the clients accept: ^[a-zA-Z0-9_-]{1,64}$ (several model APIs check it). */
#define MCP_EXPOSED_NAMES_MAX_LENGTH     64
/* Shorter names would be hardly more than their hash. */
#define MCP_EXPOSED_NAMES_MIN_LENGTH     24
/* Unless the settings say otherwise. Clients put a prefix of their own before the name
 * (“mcp__sessiond__”), and the whole may have 64 characters. */
#define MCP_EXPOSED_NAMES_DEFAULT_LENGTH 48

/**
 * McpExposedNamesServer:
 * @prefix: of the exposed names; "" for none
 * @names: (nullable): the server's own names, in its order; %NULL: not known yet
 * @name: of the server
 *
 * What the names of one server are made from; borrowed.
 */
typedef struct
{
  const char *prefix;
  const char *const *names;
  const char *name;
} McpExposedNamesServer;

typedef struct _McpExposedNames McpExposedNames;

McpExposedNames *mcp_exposed_names_new (const McpExposedNamesServer *servers,
                                        guint n_servers,
                                        McpNameRooms *rooms,
                                        gsize max_length);
void mcp_exposed_names_free (McpExposedNames *self);
const char *mcp_exposed_names_get (McpExposedNames *self, guint server, const char *name);
gboolean mcp_exposed_names_find (McpExposedNames *self,
                                 const char *exposed,
                                 guint *server,
                                 const char **name);
gboolean mcp_exposed_names_may_own (const char *prefix,
                                    const char *server_name,
                                    gsize max_length,
                                    const char *exposed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpExposedNames, mcp_exposed_names_free)

G_END_DECLS
