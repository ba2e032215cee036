/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/database/mcp-sql.h"

#include <string.h>

struct _McpSql
{
  sqlite3 *handle;        /* (owned) */
  GHashTable *statements; /* (unowned) static text -> (owned) sqlite3_stmt */
};

G_DEFINE_QUARK (mcp - sql - error - quark, mcp_sql_error)

static int
get_code (const GError *error)
{
  return error->domain == MCP_SQL_ERROR ? error->code : SQLITE_OK;
}

/**
 * mcp_sql_error_is_corruption:
 * @error: an error
 *
 * Returns: whether the file is damaged, or no database at all
 */
gboolean
mcp_sql_error_is_corruption (const GError *error)
{
  return get_code (error) == SQLITE_CORRUPT || get_code (error) == SQLITE_NOTADB;
}

/**
 * mcp_sql_error_is_mistake:
 * @error: an error
 *
 * Returns: whether one statement was wrong, and the database is as good as before
 */
gboolean
mcp_sql_error_is_mistake (const GError *error)
{
  switch (get_code (error))
    {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * mcp_sql_set_error:
 * @self: a connection whose last call failed
 * @error: return location
 *
 * Sets @error to the message of SQLite.
 */
void
mcp_sql_set_error (McpSql *self, GError **error)
{
  int code = sqlite3_errcode (self->handle);

  g_set_error_literal (error, MCP_SQL_ERROR, code & 0xff, sqlite3_errmsg (self->handle));
}

static void
finalize_statement (gpointer data)
{
  sqlite3_finalize (data);
}

/**
 * mcp_sql_open:
 * @path: of the file, or ":memory:"
 * @flags: of sqlite3_open_v2()
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: (transfer full) (nullable): a connection
 */
McpSql *
mcp_sql_open (const char *path, int flags, GError **error)
{
  g_autoptr (McpSql) self = g_new0 (McpSql, 1);

  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize_statement);
  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) == SQLITE_OK)
    return g_steal_pointer (&self);

  if (self->handle != NULL)
    mcp_sql_set_error (self, error);
  else
    g_set_error_literal (error, MCP_SQL_ERROR, SQLITE_NOMEM, "out of memory");
  return NULL;
}

/**
 * mcp_sql_close:
 * @self: (transfer full): a connection
 *
 * Changes that were not committed are lost.
 */
void
mcp_sql_close (McpSql *self)
{
  g_hash_table_unref (self->statements);
  sqlite3_close (self->handle);
  g_free (self);
}

/**
 * mcp_sql_set_busy_timeout:
 * @self: a connection
 * @timeout_ms: how long another process that writes is waited for
 *
 * No other program should write to the database, but people open it with sqlite3(1).
 */
void
mcp_sql_set_busy_timeout (McpSql *self, int timeout_ms)
{
  sqlite3_busy_timeout (self->handle, timeout_ms);
}

/**
 * mcp_sql_set_checkpoint_on_close:
 * @self: a connection
 * @wanted: whether closing moves the log (WAL) into the database, which is SQLite's default
 *
 * A file that is only read must not be changed.
 */
void
mcp_sql_set_checkpoint_on_close (McpSql *self, gboolean wanted)
{
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !wanted, NULL);
}

/* SQLite format, section 1.3 */
static const char file_header[16] = "SQLite format 3";

static gboolean
has_header (McpSql *self)
{
  sqlite3_file *file = NULL;
  char header[sizeof file_header];

  /* Read through SQLite: closing another descriptor of the file would drop its locks. */
  if (sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == NULL || file->pMethods == NULL)
    return TRUE;
  return file->pMethods->xRead (file, header, sizeof header, 0) == SQLITE_OK &&
         memcmp (header, file_header, sizeof header) == 0;
}

/**
 * mcp_sql_check_file:
 * @self: a connection
 * @error: return location
 *
 * Looks whether what is written still reaches the file of that name. SQLite itself goes on with a
 * file that was removed or replaced, and with one whose beginning it has in memory. Takes two
 * system calls; a database in memory has no file.
 *
 * Errors: %MCP_SQL_ERROR, one that mcp_sql_error_is_corruption().
 *
 * Returns: whether the file is there and begins as it should
 */
gboolean
mcp_sql_check_file (McpSql *self, GError **error)
{
  const char *path = sqlite3_db_filename (self->handle, "main");
  int has_moved = 0;

  if (path == NULL || *path == '\0')
    return TRUE;
  sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved)
    g_set_error_literal (error, MCP_SQL_ERROR, SQLITE_CORRUPT, "it was removed or replaced");
  else if (!has_header (self))
    g_set_error_literal (error, MCP_SQL_ERROR, SQLITE_NOTADB, "its beginning was overwritten");
  else
    return TRUE;
  return FALSE;
}

/**
 * mcp_sql_exec:
 * @self: a connection
 * @text: statements without results
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: whether all were run
 */
gboolean
mcp_sql_exec (McpSql *self, const char *text, GError **error)
{
  if (sqlite3_exec (self->handle, text, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;

  mcp_sql_set_error (self, error);
  return FALSE;
}

/**
 * mcp_sql_prepare:
 * @self: a connection
 * @text: one statement; a literal: it is known again by its address
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: (transfer none) (nullable): the statement, without values
 */
sqlite3_stmt *
mcp_sql_prepare (McpSql *self, const char *text, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, text);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
      SQLITE_OK)
    {
      mcp_sql_set_error (self, error);
      return NULL;
    }

  g_hash_table_insert (self->statements, (gpointer) text, statement);
  return statement;
}

/**
 * mcp_sql_step:
 * @self: a connection
 * @statement: one of its statements
 * @error: return location
 *
 * Goes to the next row; after the last one the statement is reset.
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: 1: there is a row; 0: there is none left; -1: an error
 */
int
mcp_sql_step (McpSql *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return 1;
  if (code != SQLITE_DONE)
    mcp_sql_set_error (self, error);
  sqlite3_reset (statement);
  return code == SQLITE_DONE ? 0 : -1;
}

/**
 * mcp_sql_run:
 * @self: a connection
 * @statement: one of its statements, whose rows nobody wants
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: whether it was run
 */
gboolean
mcp_sql_run (McpSql *self, sqlite3_stmt *statement, GError **error)
{
  int step;

  do
    step = mcp_sql_step (self, statement, error);
  while (step > 0);
  return step == 0;
}

/**
 * mcp_sql_read_int64:
 * @self: a connection
 * @text: a statement with one row of one number; no row is 0; a literal
 * @value: (out): the number
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: whether it was run
 */
gboolean
mcp_sql_read_int64 (McpSql *self, const char *text, gint64 *value, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (self, text, error);
  int step;

  *value = 0;
  if (statement == NULL)
    return FALSE;
  step = mcp_sql_step (self, statement, error);
  if (step > 0)
    {
      *value = sqlite3_column_int64 (statement, 0);
      sqlite3_reset (statement);
    }
  return step >= 0;
}

/**
 * mcp_sql_read_text:
 * @self: a connection
 * @text: a statement with one row of one text; a literal
 * @error: return location
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: (transfer full) (nullable): the text, "" where there is none
 */
char *
mcp_sql_read_text (McpSql *self, const char *text, GError **error)
{
  sqlite3_stmt *statement = mcp_sql_prepare (self, text, error);
  char *value;
  int step;

  if (statement == NULL)
    return NULL;
  step = mcp_sql_step (self, statement, error);
  if (step < 0)
    return NULL;

  value = g_strdup (step > 0 ? mcp_sql_get_text (statement, 0) : NULL);
  sqlite3_reset (statement);
  return value != NULL ? value : g_strdup ("");
}

/**
 * mcp_sql_bind_text:
 * @statement: a statement
 * @index: of the value, from 1
 * @text: (nullable): copied
 *
 * Sets a value. Should memory not do, the column is NULL, which it refuses where it matters.
 */
void
mcp_sql_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

/**
 * mcp_sql_get_text:
 * @statement: a statement at a row
 * @column: from 0
 *
 * Returns: (transfer none) (nullable): the column's text, until the next step
 */
const char *
mcp_sql_get_text (sqlite3_stmt *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}
