/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-pool-entry.h"

G_BEGIN_DECLS

/* Which sessions use which entries of the pool: an entry ends with the last of its sessions. */
GHashTable *mcp_pool_sessions_new (void);
void mcp_pool_sessions_join (GHashTable *sessions, McpPoolEntry *entry, const char *session_id);
void mcp_pool_sessions_leave_all (GHashTable *sessions, McpPoolEntry *entry);
GPtrArray *mcp_pool_sessions_drop (GHashTable *sessions, const char *session_id);

G_END_DECLS
