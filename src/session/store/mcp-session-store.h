/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "session/database/mcp-session-db.h"
#include "session/session/mcp-session.h"
#include "session/store/mcp-cwd-finder.h"
#include "session/store/mcp-session-params.h"
#include "session/store/mcp-session-record.h"

G_BEGIN_DECLS

#define MCP_TYPE_SESSION_STORE (mcp_session_store_get_type ())
G_DECLARE_FINAL_TYPE (McpSessionStore, mcp_session_store, MCP, SESSION_STORE, GObject)

McpSessionStore *mcp_session_store_new (const McpLimits *limits);
void mcp_session_store_set_limits (McpSessionStore *self, const McpLimits *limits);
void mcp_session_store_set_idle_seconds (McpSessionStore *self, guint idle_seconds);
guint mcp_session_store_get_n_sessions (McpSessionStore *self);
McpSession *mcp_session_store_create (McpSessionStore *self,
                                      const McpSessionParams *params,
                                      char **token,
                                      GError **error);
guint mcp_session_store_get_wait_seconds (McpSessionStore *self);
McpCwdFinder *mcp_session_store_get_cwd_finder (McpSessionStore *self);
McpSession *mcp_session_store_lookup (McpSessionStore *self, const char *session_id);
McpSession *mcp_session_store_authenticate (McpSessionStore *self,
                                            const char *session_id,
                                            const char *token,
                                            GError **error);
McpSession *mcp_session_store_find_by_token (McpSessionStore *self, const char *token);
char *mcp_session_store_rotate_token (McpSessionStore *self, McpSession *session, GError **error);
gboolean mcp_session_store_change_session (McpSessionStore *self,
                                           McpSession *session,
                                           const McpSessionChange *change,
                                           GError **error);
void mcp_session_store_name_session (McpSessionStore *self, McpSession *session, const char *name);
GPtrArray *mcp_session_store_list (McpSessionStore *self);
gboolean mcp_session_store_close (McpSessionStore *self,
                                  const char *session_id,
                                  const char *reason,
                                  GError **error);
void mcp_session_store_close_all (McpSessionStore *self, const char *reason);
guint mcp_session_store_close_some (McpSessionStore *self, const char *reason, guint max_sessions);
guint mcp_session_store_expire (McpSessionStore *self, gint64 now_real_us);
guint mcp_session_store_expire_some (McpSessionStore *self, gint64 now_real_us, guint max_sessions);

/* Counters since the daemon's start. */
guint64 mcp_session_store_get_n_events (McpSessionStore *self);
McpEventCounts *mcp_session_store_get_counts (McpSessionStore *self, McpSubscriberKind kind);

/* Sessions on the disk. */
McpSession *mcp_session_store_restore (McpSessionStore *self, const McpSessionRecord *record);
void mcp_session_store_set_db (McpSessionStore *self, McpSessionDb *db);
void mcp_session_store_settle_async (McpSessionStore *self,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
mcp_session_store_settle_finish (McpSessionStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
