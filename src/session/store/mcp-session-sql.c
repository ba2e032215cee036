/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-sql.h"

#include "session/database/mcp-sql.h"

#include <string.h>

#define COLUMNS                                                                   \
  "id, cwd, label, allowed_tools, idle_seconds, token_hash, origin, created_at, " \
  "last_active_at, sequence_mark, ambient_client, boot_id, processes"

static gboolean
take_token_hash (sqlite3_stmt *row, int column, McpSessionRecord *record)
{
  const void *bytes = sqlite3_column_blob (row, column);

  if (sqlite3_column_type (row, column) == SQLITE_NULL)
    return TRUE;
  if (bytes == NULL || sqlite3_column_bytes (row, column) != sizeof record->token_hash.bytes)
    return FALSE;

  record->has_token = TRUE;
  memcpy (record->token_hash.bytes, bytes, sizeof record->token_hash.bytes);
  return TRUE;
}

static McpSessionRecord *
read_record (sqlite3_stmt *row)
{
  g_autoptr (McpSessionRecord) record = g_new0 (McpSessionRecord, 1);
  gint64 idle_seconds = sqlite3_column_int64 (row, 4);
  const char *origin = mcp_sql_get_text (row, 6);
  gint64 mark = sqlite3_column_int64 (row, 9);

  record->id = g_strdup (mcp_sql_get_text (row, 0));
  record->cwd = g_strdup (mcp_sql_get_text (row, 1));
  record->label = g_strdup (mcp_sql_get_text (row, 2));
  record->ambient_client = g_strdup (mcp_sql_get_text (row, 10));
  record->boot_id = g_strdup (mcp_sql_get_text (row, 11));
  record->processes = g_strdup (mcp_sql_get_text (row, 12));
  if (!mcp_session_record_parse_tools_json (record, mcp_sql_get_text (row, 3)) ||
      idle_seconds < 0 || idle_seconds > G_MAXUINT || mark < 0 ||
      !take_token_hash (row, 5, record) || origin == NULL)
    return NULL;

  record->idle_seconds = (guint) idle_seconds;
  record->is_client_made = strcmp (origin, "client") == 0;
  record->created_at = sqlite3_column_int64 (row, 7);
  record->last_active_at = sqlite3_column_int64 (row, 8);
  record->sequence_mark = (guint64) mark;
  return mcp_session_record_is_valid (record) ? g_steal_pointer (&record) : NULL;
}

/**
 * mcp_session_sql_load:
 * @sql: the database
 * @records: (type GPtrArray) (element-type McpSessionRecord): gets all sessions, oldest first
 * @error: return location
 *
 * Returns: whether they could be read; one that makes no sense is left out
 */
gboolean
mcp_session_sql_load (McpSql *sql, gpointer records, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql, "SELECT " COLUMNS " FROM session ORDER BY created_at, id", error);
  int step;

  if (statement == NULL)
    return FALSE;
  while ((step = mcp_sql_step (sql, statement, error)) > 0)
    {
      McpSessionRecord *record = read_record (statement);

      if (record != NULL)
        g_ptr_array_add (records, record);
      else
        g_message ("A session in the database makes no sense and is left out");
    }
  return step == 0;
}

/**
 * mcp_session_sql_insert:
 * @sql: the database
 * @data: (type McpSessionRecord): a session; takes the place of one of that id
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
mcp_session_sql_insert (McpSql *sql, gpointer data, GError **error)
{
  const McpSessionRecord *record = data;
  g_autofree char *tools = mcp_session_record_dup_tools_json (record);
  sqlite3_stmt *statement = mcp_sql_prepare (sql,
                                             "INSERT OR REPLACE INTO session (" COLUMNS
                                             ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                             error);

  if (statement == NULL)
    return FALSE;
  mcp_sql_bind_text (statement, 1, record->id);
  mcp_sql_bind_text (statement, 2, record->cwd);
  mcp_sql_bind_text (statement, 3, record->label);
  mcp_sql_bind_text (statement, 4, tools);
  sqlite3_bind_int64 (statement, 5, record->idle_seconds);
  if (record->has_token)
    sqlite3_bind_blob (statement, 6, record->token_hash.bytes, sizeof record->token_hash.bytes,
                       SQLITE_TRANSIENT);
  mcp_sql_bind_text (statement, 7, record->is_client_made ? "client" : "asked");
  sqlite3_bind_int64 (statement, 8, record->created_at);
  sqlite3_bind_int64 (statement, 9, record->last_active_at);
  sqlite3_bind_int64 (statement, 10, (gint64) record->sequence_mark);
  mcp_sql_bind_text (statement, 11, record->ambient_client);
  mcp_sql_bind_text (statement, 12, record->boot_id);
  mcp_sql_bind_text (statement, 13, record->processes);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_session_sql_update:
 * @sql: the database
 * @data: (type McpSessionRecord): a session; one that is gone stays so
 * @error: return location
 *
 * Writes what changes in a session's life: its token, when and by whom it was used, its mark, its
 * label and allowed tools.
 *
 * Returns: whether it was written
 */
gboolean
mcp_session_sql_update (McpSql *sql, gpointer data, GError **error)
{
  const McpSessionRecord *record = data;
  g_autofree char *tools = mcp_session_record_dup_tools_json (record);
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql,
      "UPDATE session SET token_hash = ?1, last_active_at = ?2, sequence_mark = ?3, "
      "boot_id = ?5, processes = ?6, label = ?7, allowed_tools = ?8 "
      "WHERE created_at = ?9 AND id = ?4",
      error);

  if (statement == NULL)
    return FALSE;
  if (record->has_token)
    sqlite3_bind_blob (statement, 1, record->token_hash.bytes, sizeof record->token_hash.bytes,
                       SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 2, record->last_active_at);
  sqlite3_bind_int64 (statement, 3, (gint64) record->sequence_mark);
  mcp_sql_bind_text (statement, 4, record->id);
  mcp_sql_bind_text (statement, 5, record->boot_id);
  mcp_sql_bind_text (statement, 6, record->processes);
  mcp_sql_bind_text (statement, 7, record->label);
  mcp_sql_bind_text (statement, 8, tools);
  sqlite3_bind_int64 (statement, 9, record->created_at);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_session_sql_raise_marks:
 * @sql: the database
 * @data: (type guint64): by how much
 * @error: return location
 *
 * Reserves more numbers for every session.
 *
 * Returns: whether it was written
 */
gboolean
mcp_session_sql_raise_marks (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql,
                       "UPDATE session SET sequence_mark = sequence_mark + ?1 "
                       /* a sum beyond 64 bits would be a REAL, which the column refuses */
                       "WHERE sequence_mark < 0x7fffffffffffffff - ?1",
                       error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64) * (guint64 *) data);
  return mcp_sql_run (sql, statement, error);
}

static gboolean
run_with_key (McpSql *sql, const char *text, const McpSessionRecord *record, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (sql, text, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, record->created_at);
  mcp_sql_bind_text (statement, 2, record->id);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_session_sql_delete:
 * @sql: the database
 * @data: (type McpSessionRecord): a session
 * @error: return location
 *
 * Removes the session; its label stays for the history, if calls were made in it.
 *
 * Returns: whether it is there no more
 */
gboolean
mcp_session_sql_delete (McpSql *sql, gpointer data, GError **error)
{
  return run_with_key (
             sql,
             "INSERT OR REPLACE INTO past_session (id, label) "
             "SELECT id, label FROM session WHERE created_at = ?1 AND id = ?2 "
             "AND label IS NOT NULL AND EXISTS (SELECT 1 FROM call WHERE session_id = ?2)",
             data, error) &&
         run_with_key (sql, "DELETE FROM session WHERE created_at = ?1 AND id = ?2", data, error);
}

/**
 * mcp_session_sql_replace_all:
 * @sql: the database
 * @data: (type GPtrArray) (element-type McpSessionRecord): all sessions that there are
 * @error: return location
 *
 * Returns: whether the database holds these and no others
 */
gboolean
mcp_session_sql_replace_all (McpSql *sql, gpointer data, GError **error)
{
  GPtrArray *records = data;

  if (!mcp_sql_exec (sql, "DELETE FROM session", error))
    return FALSE;
  for (guint i = 0; i < records->len; i++)
    if (!mcp_session_sql_insert (sql, records->pdata[i], error))
      return FALSE;
  return TRUE;
}
