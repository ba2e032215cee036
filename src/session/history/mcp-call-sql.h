/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/history/mcp-call-filter.h"
#include "session/history/mcp-call-record.h"

G_BEGIN_DECLS

/**
 * McpCallTrim:
 * @older_than: calls that began before this go, in µs since 1970 UTC
 * @max_calls: of those left, only so many of the newest stay
 */
typedef struct
{
  gint64 older_than;
  guint max_calls;
} McpCallTrim;

/**
 * McpCallQuery:
 * @session_id: (owned) (nullable): the session whose calls are asked for; %NULL: all sessions'
 * @filter: (owned) (nullable): which of its calls; %NULL: @number says which one
 * @number: of the one call that is asked for, of whatever session
 */
typedef struct
{
  char *session_id;
  McpCallFilter *filter;
  gint64 number;
} McpCallQuery;

void mcp_call_sql_query_free (gpointer data);
const char *mcp_call_sql_get_query_text (const McpCallQuery *query);

/* What McpCallHistory asks of the database: each an McpDbWork, with the type of its data. */
gboolean mcp_call_sql_write (McpSql *sql, gpointer record, GError **error);
gboolean mcp_call_sql_end_running (McpSql *sql, gpointer why, GError **error);
gboolean mcp_call_sql_trim (McpSql *sql, gpointer trim, GError **error);
gboolean mcp_call_sql_read_mark (McpSql *sql, gpointer mark, GError **error);
gboolean mcp_call_sql_write_mark (McpSql *sql, gpointer mark, GError **error);
/* An McpDbQuery. */
gpointer mcp_call_sql_query (McpSql *sql, gpointer query, GError **error);

G_END_DECLS
