/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Opens a usable database for a path, whatever is at that path. The daemon is useful without a
 * database as well, so no failure here ends the daemon.
 */
#include "session/database/mcp-db-open.h"

#include "session/database/mcp-db-file.h"
#include "session/database/mcp-db-schema.h"

#include <string.h>

#define BUSY_TIMEOUT_MS 2000

/* Not a code of SQLite: a file of a later daemon, which is not changed. */
#define NEWER_SCHEMA 1000

/* Every commit reaches the disk before it is answered; what the log (WAL) grew to in a
 * burst is given back. */
static const char settings[] = "PRAGMA synchronous = FULL;"
                               "PRAGMA journal_size_limit = 4194304;"
                               /* KiB: the history, which grows for weeks, is seldom read */
                               "PRAGMA cache_size = -256;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA foreign_keys = OFF;";

static gboolean
check_whole (McpSql *sql, GError **error)
{
  g_autofree char *result = mcp_sql_read_text (sql, "PRAGMA quick_check(1)", error);

  if (result == NULL)
    return FALSE;
  if (strcmp (result, "ok") == 0)
    return TRUE;

  g_set_error_literal (error, MCP_SQL_ERROR, SQLITE_CORRUPT, result);
  return FALSE;
}

static gboolean
set_up (McpSql *sql, GError **error)
{
  const McpDbMigration *migrations;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *journal_mode = NULL;
  gsize n_migrations;
  gint64 version;

  migrations = mcp_db_schema_get_migrations (&n_migrations);
  if (mcp_db_schema_is_newer (sql, n_migrations, &version, &local_error))
    {
      g_set_error (error, MCP_SQL_ERROR, NEWER_SCHEMA,
                   "it is of version %" G_GINT64_FORMAT ", made by a later mcp-sessiond; this one "
                   "knows up to %" G_GSIZE_FORMAT,
                   version, n_migrations);
      return FALSE;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  journal_mode = mcp_sql_read_text (sql, "PRAGMA journal_mode = WAL", error);
  return journal_mode != NULL && mcp_sql_exec (sql, settings, error) && check_whole (sql, error) &&
         mcp_db_schema_migrate (sql, migrations, n_migrations, error);
}

static McpSql *
open_file (const char *path, GError **error)
{
  g_autofree char *real_path = mcp_db_file_prepare (path, error);
  g_autoptr (McpSql) sql = NULL;

  if (real_path == NULL)
    return NULL;
  sql = mcp_sql_open (real_path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
                      error);
  if (sql == NULL)
    return NULL;
  mcp_sql_set_busy_timeout (sql, BUSY_TIMEOUT_MS);
  mcp_sql_set_checkpoint_on_close (sql, FALSE);
  if (!set_up (sql, error))
    return NULL;

  mcp_sql_set_checkpoint_on_close (sql, TRUE);
  return g_steal_pointer (&sql);
}

static void
open_memory (McpDbOpened *opened)
{
  g_autoptr (GError) error = NULL;

  opened->in_memory = TRUE;
  opened->sql = mcp_sql_open (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, &error);
  if (opened->sql == NULL || !set_up (opened->sql, &error))
    g_error ("No database even in memory: %s", error->message);
}

static void
fall_back (const char *path, const GError *error, McpDbOpened *opened)
{
  if (error->domain == MCP_SQL_ERROR && error->code == NEWER_SCHEMA)
    opened->problem =
        g_strdup_printf ("%s is not touched: %s. Sessions and history are kept in memory only, and "
                         "end with this daemon; run the later one, or move the file away",
                         path, error->message);
  else
    opened->problem = g_strdup_printf (
        "%s cannot be used: %s. Sessions and history are kept in memory only, and end "
        "with this daemon; put that right and restart it",
        path, error->message);
  open_memory (opened);
}

/**
 * mcp_db_open_replacement:
 * @path: of a damaged database that is not open
 * @opened: (out caller-allocates): what there is then
 *
 * Sets a damaged database aside and makes an empty one in its place. Blocks.
 */
void
mcp_db_open_replacement (const char *path, McpDbOpened *opened)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = mcp_db_file_set_aside (path, &error);

  *opened = (McpDbOpened){ .set_aside = aside != NULL };
  if (aside != NULL)
    opened->sql = open_file (path, &error);
  if (opened->sql == NULL)
    {
      fall_back (path, error, opened);
      return;
    }
  if (g_file_test (aside, G_FILE_TEST_EXISTS))
    opened->problem = g_strdup_printf (
        "%s was damaged and is now %s, with what it held. A new one took its place; "
        "“sqlite3 '%s' .recover” shows what can be saved, else delete it",
        path, aside, aside);
  else
    opened->problem = g_strdup_printf ("%s was removed; a new one took its place, with the "
                                       "sessions that there are and without the calls",
                                       path);
}

/**
 * mcp_db_open:
 * @path: (nullable): of the database; the directory exists, and is the user's own
 * @opened: (out caller-allocates): what there is then
 *
 * Opens a database, makes it where it is missing, brings its schema up to date,
 * and sets a damaged one aside. One that cannot be used, or was made by a later
 * daemon, is not touched; then there is one in memory. Blocks.
 */
void
mcp_db_open (const char *path, McpDbOpened *opened)
{
  g_autoptr (GError) error = NULL;

  *opened = (McpDbOpened){ 0 };
  if (path == NULL)
    {
      open_memory (opened);
      return;
    }
  opened->sql = open_file (path, &error);
  if (opened->sql != NULL)
    return;

  if (mcp_sql_error_is_corruption (error))
    mcp_db_open_replacement (path, opened);
  else
    fall_back (path, error, opened);
}
