/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"

G_BEGIN_DECLS

/**
 * McpConnectionShares:
 *
 * Chooses who gives way when all connections are taken: a process that has more than others.
 * Zeroes at first.
 */
typedef struct
{
  gint64 looked_us; /* when /proc was last searched for the owners of sockets */
} McpConnectionShares;

McpHttpConnection *mcp_connection_shares_choose (McpConnectionShares *self,
                                                 GHashTable *connections,
                                                 const GQueue *idle,
                                                 guint max_connections,
                                                 pid_t newcomer_pid);

G_END_DECLS
