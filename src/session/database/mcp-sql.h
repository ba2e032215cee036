/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-db-work.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* Codes are SQLite's primary result codes. */
#define MCP_SQL_ERROR (mcp_sql_error_quark ())

GQuark mcp_sql_error_quark (void);
gboolean mcp_sql_error_is_corruption (const GError *error);
gboolean mcp_sql_error_is_mistake (const GError *error);

McpSql *mcp_sql_open (const char *path, int flags, GError **error);
void mcp_sql_close (McpSql *self);
void mcp_sql_set_error (McpSql *self, GError **error);
void mcp_sql_set_checkpoint_on_close (McpSql *self, gboolean wanted);
gboolean mcp_sql_check_file (McpSql *self, GError **error);
void mcp_sql_set_busy_timeout (McpSql *self, int timeout_ms);

gboolean mcp_sql_exec (McpSql *self, const char *text, GError **error);
sqlite3_stmt *mcp_sql_prepare (McpSql *self, const char *text, GError **error);
int mcp_sql_step (McpSql *self, sqlite3_stmt *statement, GError **error);
gboolean mcp_sql_run (McpSql *self, sqlite3_stmt *statement, GError **error);
gboolean mcp_sql_read_int64 (McpSql *self, const char *text, gint64 *value, GError **error);
char *mcp_sql_read_text (McpSql *self, const char *text, GError **error);

/* %NULL is NULL in the database too. */
void mcp_sql_bind_text (sqlite3_stmt *statement, int index, const char *text);
const char *mcp_sql_get_text (sqlite3_stmt *statement, int column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSql, mcp_sql_close)

G_END_DECLS
