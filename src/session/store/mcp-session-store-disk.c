/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the store has to do with the disk: sessions that come back from there, and
 * waiting until it has what happened here. Who writes is McpSessionPersist.
 */
#include "mcp-session-store-private.h"
#include "session/session/mcp-session-inner.h"

/**
 * mcp_session_store_restore:
 * @self: the store
 * @record: a session of an earlier daemon
 *
 * Puts a session back with its token and its past, as if it had been there all
 * along; no limit keeps it out. #McpSessionStore::session-added has been emitted when this returns.
 *
 * Returns: (transfer none) (nullable): the session; %NULL where there is one of that id, or a
 *   handler ended it
 */
McpSession *
mcp_session_store_restore (McpSessionStore *self, const McpSessionRecord *record)
{
  g_autoptr (McpSession) session = NULL;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  g_return_val_if_fail (record != NULL, NULL);

  if (g_hash_table_contains (self->sessions, record->id))
    return NULL;
  session = mcp_session_new (record->id, record->cwd, record->label,
                             (const char *const *) record->allowed_tools, record->idle_seconds,
                             record->has_token ? &record->token_hash : NULL);
  mcp_session_restore_past (session, record->created_at, record->last_active_at,
                            record->sequence_mark);
  if (record->is_client_made)
    mcp_session_set_client_made (session, record->ambient_client);
  mcp_session_store_add (self, session);
  return mcp_session_is_closed (session) ? NULL : session;
}

/**
 * mcp_session_store_set_db:
 * @self: the store
 * @db: (nullable): where somebody keeps its sessions
 *
 * Says what mcp_session_store_settle_async() waits for.
 */
void
mcp_session_store_set_db (McpSessionStore *self, McpSessionDb *db)
{
  g_return_if_fail (MCP_IS_SESSION_STORE (self));

  g_set_object (&self->db, db);
}

/**
 * mcp_session_store_settle_async:
 * @self: the store
 * @callback: (scope async): when it is so
 * @user_data: for @callback
 *
 * Waits until what was done to the sessions so far survives the daemon: whoever
 * is told of it afterwards can rely on it. Where there is no database, or it
 * cannot be written, nothing is waited for; the log has said so then.
 */
void
mcp_session_store_settle_async (McpSessionStore *self,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, mcp_session_store_settle_async);
  if (self->db != NULL)
    {
      mcp_session_db_sync_async (self->db, task);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/**
 * mcp_session_store_settle_finish:
 * @self: the store
 * @result: what the callback got
 * @error: return location
 *
 * Returns: %TRUE
 */
gboolean
mcp_session_store_settle_finish (McpSessionStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
