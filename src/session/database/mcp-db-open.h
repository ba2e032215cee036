/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-sql.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpDbOpened:
 * @sql: (owned): the database, of today's schema
 * @in_memory: there is no file: what is written ends with the process
 * @set_aside: there was a damaged file in its place
 * @problem: (owned) (nullable): what the user should know
 */
typedef struct
{
  McpSql *sql;
  gboolean in_memory;
  gboolean set_aside;
  char *problem;
} McpDbOpened;

void mcp_db_open (const char *path, McpDbOpened *opened);
void mcp_db_open_replacement (const char *path, McpDbOpened *opened);

G_END_DECLS
