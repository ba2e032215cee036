/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpSql:
 *
 * One connection to an SQLite database, with the statements it has prepared. One thread at a time
 * may use it. Its functions are in mcp-sql.h, for the files that write SQL.
 */
typedef struct _McpSql McpSql;

/**
 * McpDbWork:
 * @sql: the database, in a transaction
 * @data: as given
 * @error: return location
 *
 * Writes something, on the database's thread.
 *
 * Returns: whether it could
 */
typedef gboolean (*McpDbWork) (McpSql *sql, gpointer data, GError **error);

/**
 * McpDbQuery:
 *
 * Reads something, on the database's thread.
 *
 * Returns: (transfer full) (nullable): what was read; %NULL with @error set
 */
typedef gpointer (*McpDbQuery) (McpSql *sql, gpointer data, GError **error);

G_END_DECLS
