/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpGrantKeep:
 *
 * Keeps in the database what the owner has allowed “for this session”: it goes on with the session
 * when the daemon is started again, and ends with the session. Main context only.
 */
#define MCP_TYPE_GRANT_KEEP (mcp_grant_keep_get_type ())
G_DECLARE_FINAL_TYPE (McpGrantKeep, mcp_grant_keep, MCP, GRANT_KEEP, GObject)

McpGrantKeep *mcp_grant_keep_new (McpSessionStore *store, McpSessionDb *db, GError **error);
void mcp_grant_keep_add (McpGrantKeep *self, const char *session_id, const char *what);
gboolean mcp_grant_keep_has (McpGrantKeep *self, const char *session_id, const char *what);

G_END_DECLS
