/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-db-work.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpSessionDb:
 *
 * What survives the daemon: an SQLite database on a thread of its own. Work is
 * done in the order it is handed over; all that waits at a time shares one
 * transaction, and so one wait for the disk. The functions belong to the main
 * context.
 *
 * When the database cannot be written any more, everything handed over is passed
 * over until mcp_session_db_recover_async() has worked; reading may go on.
 *
 * Signals:
 *   trouble (const char *message): what the user should know; for the log
 *   recovered (const char *message): writing works again; for the log
 *   failed (gboolean damaged): writing has failed just now
 */
#define MCP_TYPE_SESSION_DB (mcp_session_db_get_type ())
G_DECLARE_FINAL_TYPE (McpSessionDb, mcp_session_db, MCP, SESSION_DB, GObject)

/* Hands over what was kept back. */
typedef void (*McpDbGather) (gpointer user_data);

McpSessionDb *mcp_session_db_open (const char *path, char **problem);
gboolean mcp_session_db_is_in_memory (McpSessionDb *self);
gboolean mcp_session_db_is_fresh (McpSessionDb *self);
guint mcp_session_db_get_n_commits (McpSessionDb *self);

/* Before the thread is started only. */
gboolean mcp_session_db_do_now (McpSessionDb *self, McpDbWork work, gpointer data, GError **error);
void mcp_session_db_start (McpSessionDb *self);

void
mcp_session_db_write (McpSessionDb *self, McpDbWork work, gpointer data, GDestroyNotify destroy);
void mcp_session_db_write_each (McpSessionDb *self,
                                McpDbWork work,
                                GPtrArray *data,
                                GDestroyNotify destroy);
void mcp_session_db_set_gather (McpSessionDb *self, McpDbGather func, gpointer user_data);
void mcp_session_db_sync_async (McpSessionDb *self, GTask *task);
void mcp_session_db_query_async (McpSessionDb *self,
                                 McpDbQuery query,
                                 gpointer data,
                                 GDestroyNotify destroy,
                                 GTask *task,
                                 GDestroyNotify destroy_result);
void mcp_session_db_recover_async (McpSessionDb *self,
                                   McpDbWork work,
                                   gpointer data,
                                   GDestroyNotify destroy,
                                   GTask *task);
gboolean mcp_session_db_close (McpSessionDb *self, guint timeout_ms);

G_END_DECLS
