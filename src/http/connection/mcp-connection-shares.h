/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"

G_BEGIN_DECLS

/**
 * McpConnectionShares:
 *
 * Chooses who gives way when all connections are taken: a process that has more than others. Main
 * context only.
 */
typedef struct _McpConnectionShares McpConnectionShares;

/**
 * McpConnectionSharesFunc:
 *
 * A search that somebody waits for is over.
 */
typedef void (*McpConnectionSharesFunc) (gpointer owner);

McpConnectionShares *mcp_connection_shares_new (McpConnectionSharesFunc looked, gpointer owner);
void mcp_connection_shares_free (McpConnectionShares *self);
gboolean mcp_connection_shares_look (McpConnectionShares *self, GHashTable *connections);

McpHttpConnection *mcp_connection_shares_choose (GHashTable *connections,
                                                 const GQueue *idle,
                                                 guint max_connections,
                                                 pid_t newcomer_pid);

G_END_DECLS
