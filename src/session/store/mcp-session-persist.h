/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/history/mcp-call-history.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpSessionPersist:
 *
 * Keeps a store's sessions in a database: loads them once, then follows the
 * store. Main context only.
 */
#define MCP_TYPE_SESSION_PERSIST (mcp_session_persist_get_type ())
G_DECLARE_FINAL_TYPE (McpSessionPersist, mcp_session_persist, MCP, SESSION_PERSIST, GObject)

McpSessionPersist *mcp_session_persist_new (McpSessionStore *store,
                                            McpSessionDb *db,
                                            McpCallHistory *history,
                                            GError **error);
void mcp_session_persist_note_use (McpSessionPersist *self);
void mcp_session_persist_retry (McpSessionPersist *self);
void mcp_session_persist_flush_async (McpSessionPersist *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
mcp_session_persist_flush_finish (McpSessionPersist *self, GAsyncResult *result, GError **error);

G_END_DECLS
