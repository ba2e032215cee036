/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-grant.h"

#include "session/database/mcp-sql.h"

/**
 * mcp_grant_new:
 * @session_id: of a session
 * @what: what is allowed
 *
 * Returns: (transfer full): a row
 */
McpGrant *
mcp_grant_new (const char *session_id, const char *what)
{
  McpGrant *self = g_new (McpGrant, 1);

  self->session_id = g_strdup (session_id);
  self->what = g_strdup (what);
  return self;
}

/**
 * mcp_grant_free:
 * @self: (transfer full): a row
 */
void
mcp_grant_free (McpGrant *self)
{
  g_free (self->session_id);
  g_free (self->what);
  g_free (self);
}

/**
 * mcp_grant_load_all:
 * @sql: the database
 * @grants: (type GPtrArray) (element-type McpGrant): gets what is allowed to sessions that there
 *   are
 * @error: return location
 *
 * Returns: whether the table could be read; a row that is no text is left out
 */
gboolean
mcp_grant_load_all (McpSql *sql, gpointer grants, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql,
      "SELECT session_id, what FROM consent_grant WHERE session_id IN (SELECT id FROM session)",
      error);
  int step;

  if (statement == NULL)
    return FALSE;
  while ((step = mcp_sql_step (sql, statement, error)) > 0)
    {
      const char *session_id = mcp_sql_get_text (statement, 0);
      const char *what = mcp_sql_get_text (statement, 1);

      if (session_id != NULL && what != NULL)
        g_ptr_array_add (grants, mcp_grant_new (session_id, what));
    }
  return step == 0;
}

/**
 * mcp_grant_write:
 * @sql: the database
 * @data: (type McpGrant): may be there already
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
mcp_grant_write (McpSql *sql, gpointer data, GError **error)
{
  const McpGrant *grant = data;
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql, "INSERT OR IGNORE INTO consent_grant (session_id, what) VALUES (?, ?)", error);

  if (statement == NULL)
    return FALSE;
  mcp_sql_bind_text (statement, 1, grant->session_id);
  mcp_sql_bind_text (statement, 2, grant->what);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_grant_delete_of:
 * @sql: the database
 * @data: (type utf8): a session's id
 * @error: return location
 *
 * Returns: whether nothing is allowed to the session any more
 */
gboolean
mcp_grant_delete_of (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql, "DELETE FROM consent_grant WHERE session_id = ?", error);

  if (statement == NULL)
    return FALSE;
  mcp_sql_bind_text (statement, 1, data);
  return mcp_sql_run (sql, statement, error);
}
