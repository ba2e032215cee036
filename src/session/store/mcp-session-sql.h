/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-session-db.h"
#include "session/store/mcp-session-record.h"

G_BEGIN_DECLS

/* What McpSessionPersist asks of the database: each an McpDbWork, with the type of its data. */

gboolean mcp_session_sql_load (McpSql *sql, gpointer records, GError **error);
gboolean mcp_session_sql_insert (McpSql *sql, gpointer record, GError **error);
gboolean mcp_session_sql_delete (McpSql *sql, gpointer session_id, GError **error);
gboolean mcp_session_sql_update (McpSql *sql, gpointer record, GError **error);
gboolean mcp_session_sql_raise_marks (McpSql *sql, gpointer by, GError **error);
gboolean mcp_session_sql_replace_all (McpSql *sql, gpointer records, GError **error);

G_END_DECLS
