/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/history/mcp-call-sql.h"

G_BEGIN_DECLS

/**
 * McpQueryTurns:
 *
 * The queries that wait for the database, a queue for each session. One query of a session is in
 * the database's hands at a time, so that a session that asks a hundred times holds up itself, and
 * others by one query at most. Main context only.
 */
typedef struct _McpQueryTurns McpQueryTurns;

McpQueryTurns *mcp_query_turns_new (McpSessionDb *db);
void mcp_query_turns_close (McpQueryTurns *self);
void mcp_query_turns_add (McpQueryTurns *self, McpCallQuery *query, GTask *task);
guint mcp_query_turns_get_n_asking (McpQueryTurns *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpQueryTurns, mcp_query_turns_close)

G_END_DECLS
