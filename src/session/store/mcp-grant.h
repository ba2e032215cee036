/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/database/mcp-db-work.h"

G_BEGIN_DECLS

/**
 * McpGrant:
 * @session_id: of a session
 * @what: what its owner has allowed the session, until the session ends
 *
 * One row of the table.
 */
typedef struct
{
  char *session_id;
  char *what;
} McpGrant;

McpGrant *mcp_grant_new (const char *session_id, const char *what);
void mcp_grant_free (McpGrant *self);

/* What McpGrantKeep asks of the database: each an McpDbWork, with the type of its data. */
gboolean mcp_grant_load_all (McpSql *sql, gpointer grants, GError **error);
gboolean mcp_grant_write (McpSql *sql, gpointer data, GError **error);
gboolean mcp_grant_delete_of (McpSql *sql, gpointer data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpGrant, mcp_grant_free)

G_END_DECLS
