/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/history/mcp-call-sql.h"

#include "common/mcp-error.h"
#include "session/database/mcp-sql.h"

/* No call gets such a number; a row that has one was not written by a daemon. */
#define MAX_NUMBER G_STRINGIFY (4611686018427387904)

#define COLUMNS                                                                         \
  "number, session_id, tool, provider, client, started_at, duration_ms, state, error, " \
  "consent, consent_by"

/**
 * mcp_call_sql_query_free:
 * @data: (type McpCallQuery) (transfer full): a query
 */
void
mcp_call_sql_query_free (gpointer data)
{
  McpCallQuery *query = data;

  g_free (query->session_id);
  g_clear_pointer (&query->filter, mcp_call_filter_free);
  g_free (query);
}

/**
 * mcp_call_sql_write:
 * @sql: the database
 * @data: (type McpCallRecord): a call; takes the place of what is there of it
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
mcp_call_sql_write (McpSql *sql, gpointer data, GError **error)
{
  const McpCallRecord *record = data;
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql, "INSERT OR REPLACE INTO call (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, record->number);
  mcp_sql_bind_text (statement, 2, record->session_id);
  mcp_sql_bind_text (statement, 3, record->tool);
  mcp_sql_bind_text (statement, 4, record->provider);
  mcp_sql_bind_text (statement, 5, record->client);
  sqlite3_bind_int64 (statement, 6, record->started_at);
  if (record->duration_ms >= 0)
    sqlite3_bind_int64 (statement, 7, record->duration_ms);
  mcp_sql_bind_text (statement, 8, mcp_progress_state_to_string (record->state));
  mcp_sql_bind_text (statement, 9, record->error);
  mcp_sql_bind_text (statement, 10, record->consent);
  mcp_sql_bind_text (statement, 11, record->consent_by);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_call_sql_end_running:
 * @sql: the database
 * @data: (type utf8): why nobody knows how they ended
 * @error: return location
 *
 * Ends all calls that are said to run.
 *
 * Returns: whether it was written
 */
gboolean
mcp_call_sql_end_running (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (
      sql, "UPDATE call SET state = 'error', error = ? WHERE state = 'running'", error);

  if (statement == NULL)
    return FALSE;
  mcp_sql_bind_text (statement, 1, data);
  return mcp_sql_run (sql, statement, error);
}

/**
 * mcp_call_sql_trim:
 * @sql: the database
 * @data: (type McpCallTrim): what may stay
 * @error: return location
 *
 * Forgets old calls.
 *
 * Returns: whether they are gone
 */
gboolean
mcp_call_sql_trim (McpSql *sql, gpointer data, GError **error)
{
  const McpCallTrim *trim = data;
  sqlite3_stmt *statement = mcp_sql_prepare (sql, "DELETE FROM call WHERE started_at < ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, trim->older_than);
  if (!mcp_sql_run (sql, statement, error))
    return FALSE;

  statement = mcp_sql_prepare (sql,
                               "DELETE FROM call WHERE number <= "
                               "(SELECT number FROM call ORDER BY number DESC LIMIT 1 OFFSET ?)",
                               error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, trim->max_calls);
  return mcp_sql_run (sql, statement, error) &&
         mcp_sql_exec (sql,
                       "DELETE FROM past_session WHERE NOT EXISTS "
                       "(SELECT 1 FROM call WHERE session_id = past_session.id)",
                       error);
}

/**
 * mcp_call_sql_read_mark:
 * @sql: the database
 * @data: (type gint64): set to a number that no call has, nor any higher; 0 in a new database
 * @error: return location
 *
 * Returns: whether it was read
 */
gboolean
mcp_call_sql_read_mark (McpSql *sql, gpointer data, GError **error)
{
  gint64 *mark = data;
  gint64 highest;

  if (!mcp_sql_read_int64 (
          sql, "SELECT value FROM mark WHERE name = 'call' AND value BETWEEN 0 AND " MAX_NUMBER,
          mark, error) ||
      !mcp_sql_read_int64 (sql, "SELECT max(number) FROM call WHERE number <= " MAX_NUMBER,
                           &highest, error))
    return FALSE;
  *mark = MAX (*mark, highest);
  return TRUE;
}

/**
 * mcp_call_sql_write_mark:
 * @sql: the database
 * @data: (type gint64): no call has a higher number
 * @error: return location
 *
 * Returns: whether it was written
 */
gboolean
mcp_call_sql_write_mark (McpSql *sql, gpointer data, GError **error)
{
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql, "INSERT OR REPLACE INTO mark (name, value) VALUES ('call', ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, *(gint64 *) data);
  return mcp_sql_run (sql, statement, error);
}

/* Borrows the row's texts. */
static gboolean
append_row (sqlite3_stmt *row, gboolean with_session, GString *json)
{
  McpCallRecord record = {
    .number = sqlite3_column_int64 (row, 0),
    .session_id = (char *) mcp_sql_get_text (row, 1),
    .tool = (char *) mcp_sql_get_text (row, 2),
    .provider = (char *) mcp_sql_get_text (row, 3),
    .client = (char *) mcp_sql_get_text (row, 4),
    .started_at = sqlite3_column_int64 (row, 5),
    .duration_ms = sqlite3_column_type (row, 6) != SQLITE_NULL ? sqlite3_column_int64 (row, 6) : -1,
    .error = (char *) mcp_sql_get_text (row, 8),
    .session_label = with_session ? (char *) mcp_sql_get_text (row, 11) : NULL,
    .consent = (char *) mcp_sql_get_text (row, 9),
    .consent_by = (char *) mcp_sql_get_text (row, 10),
  };
  const char *state = mcp_sql_get_text (row, 7);

  if (record.number < 1 || record.tool == NULL || record.provider == NULL || state == NULL ||
      !mcp_progress_state_from_string (state, &record.state))
    return FALSE;

  mcp_call_record_append_json (&record, with_session, json);
  return TRUE;
}

/* One text for each kind of question, so that each has its index: call_of_session, call_of_tool
 * with a state, call_of_state. ?1 session, ?2 before, ?3 tool, ?4 state, ?5 limit. */
#define SELECT_OF_SESSION "SELECT " COLUMNS " FROM call WHERE session_id = ?1 AND number < ?2 "
#define NEWEST            "ORDER BY number DESC LIMIT ?5"
#define OF_TOOL_IN(state) \
  "SELECT * FROM (" SELECT_OF_SESSION "AND tool = ?3 AND state = '" state "' " NEWEST ")"

static const char all_calls[] = SELECT_OF_SESSION NEWEST;
static const char calls_in_state[] = SELECT_OF_SESSION "AND state = ?4 " NEWEST;
static const char calls_of_tool_in_state[] =
    SELECT_OF_SESSION "AND tool = ?3 AND state = ?4 " NEWEST;
/* The index has the state before the number: the newest of each state are put together. */
static const char calls_of_tool[] = OF_TOOL_IN ("running") " UNION ALL " OF_TOOL_IN (
    "ok") " UNION ALL " OF_TOOL_IN ("error") " UNION ALL " OF_TOOL_IN ("cancelled") " " NEWEST;
/* For the owner, whose question may take longer. The sessions lie in the order of their beginnings:
 * SQLite makes an index of the ids for each question. */
#define SELECT_WITH_LABEL                                                         \
  "WITH live AS MATERIALIZED (SELECT id, label FROM session) "                    \
  "SELECT " COLUMNS ", coalesce ((SELECT label FROM live WHERE id = session_id)," \
  " (SELECT label FROM past_session WHERE id = session_id)) FROM call "
static const char one_call[] = SELECT_WITH_LABEL "WHERE number = ?1";
static const char calls_of_all_sessions[] = SELECT_WITH_LABEL
    "WHERE number < ?2 AND (?3 IS NULL OR tool = ?3) AND (?4 IS NULL OR state = ?4) "
    "AND ?1 IS NULL " NEWEST;

/**
 * mcp_call_sql_get_query_text:
 * @query: a query
 *
 * Returns: (transfer none): the statement that answers it
 */
const char *
mcp_call_sql_get_query_text (const McpCallQuery *query)
{
  gboolean has_tool = query->filter->tool != NULL;
  gboolean has_state = query->filter->state != MCP_PROGRESS_STATE_UNKNOWN;

  if (query->session_id == NULL)
    return calls_of_all_sessions;
  if (has_tool)
    return has_state ? calls_of_tool_in_state : calls_of_tool;
  return has_state ? calls_in_state : all_calls;
}

static sqlite3_stmt *
prepare_query (McpSql *sql, const McpCallQuery *query, GError **error)
{
  const McpCallFilter *filter = query->filter;
  sqlite3_stmt *statement = mcp_sql_prepare (sql, mcp_call_sql_get_query_text (query), error);

  if (statement == NULL)
    return NULL;
  mcp_sql_bind_text (statement, 1, query->session_id);
  sqlite3_bind_int64 (statement, 2, filter->before > 0 ? filter->before : G_MAXINT64);
  mcp_sql_bind_text (statement, 3, filter->tool);
  mcp_sql_bind_text (statement, 4, mcp_progress_state_to_string (filter->state));
  /* one more tells whether there is more */
  sqlite3_bind_int64 (statement, 5, (gint64) filter->limit + 1);
  return statement;
}

static gpointer
query_many (McpSql *sql, const McpCallQuery *query, GError **error)
{
  sqlite3_stmt *statement = prepare_query (sql, query, error);
  g_autoptr (GString) json = g_string_new ("{\"calls\":[");
  gint64 last = 0;
  guint n_calls = 0;
  int step;

  if (statement == NULL)
    return NULL;
  while ((step = mcp_sql_step (sql, statement, error)) > 0 && n_calls < query->filter->limit)
    {
      gsize length = json->len;

      if (n_calls > 0)
        g_string_append_c (json, ',');
      if (!append_row (statement, query->session_id == NULL, json))
        {
          g_string_truncate (json, length);
          continue;
        }
      last = sqlite3_column_int64 (statement, 0);
      n_calls++;
    }
  if (step < 0)
    return NULL;

  g_string_append_c (json, ']');
  if (step > 0)
    {
      g_autofree char *next = mcp_call_record_format_id (last);

      g_string_append_printf (json, ",\"next\":\"%s\"", next);
      sqlite3_reset (statement);
    }
  g_string_append_c (json, '}');
  return g_string_free_to_bytes (g_steal_pointer (&json));
}

static gpointer
query_one (McpSql *sql, gint64 number, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (sql, one_call, error);
  g_autoptr (GString) json = g_string_new (NULL);
  gboolean is_written;
  int step;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, number);
  step = mcp_sql_step (sql, statement, error);
  if (step < 0)
    return NULL;

  is_written = step > 0 && append_row (statement, TRUE, json);
  if (step > 0)
    sqlite3_reset (statement);
  if (is_written)
    return g_string_free_to_bytes (g_steal_pointer (&json));
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no such call");
  return NULL;
}

/**
 * mcp_call_sql_query:
 * @sql: the database
 * @data: (type McpCallQuery): the sessions and the calls
 * @error: return location
 *
 * Errors: what SQLite says; %MCP_ERROR_NOT_FOUND where one call is asked for and is not there.
 *
 * Returns: (transfer full) (nullable) (type GBytes): the JSON that GET /session/{id}/calls answers,
 *   or GET /calls, or GET /calls/{id}
 */
gpointer
mcp_call_sql_query (McpSql *sql, gpointer data, GError **error)
{
  const McpCallQuery *query = data;

  return query->filter != NULL ? query_many (sql, query, error)
                               : query_one (sql, query->number, error);
}
