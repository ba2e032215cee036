/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-sql.h"

G_BEGIN_DECLS

/**
 * McpDbMigration:
 * @sql: what makes a database of the version before one of this version
 *
 * One step; the first makes version 1 of an empty database. A step that was
 * released is never changed.
 */
typedef struct
{
  const char *sql;
} McpDbMigration;

const McpDbMigration *mcp_db_schema_get_migrations (gsize *n_migrations);
gboolean mcp_db_schema_is_newer (McpSql *sql, gsize n_migrations, gint64 *version, GError **error);
gboolean mcp_db_schema_migrate (McpSql *sql,
                                const McpDbMigration *migrations,
                                gsize n_migrations,
                                GError **error);

G_END_DECLS
