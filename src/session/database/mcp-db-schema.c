/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, and how those of earlier versions become those of today. The
 * version is the database's user_version; the table "migration" tells people
 * when each step was taken, and by which daemon.
 */
#include "session/database/mcp-db-schema.h"

#include "config.h"

static const McpDbMigration migrations_of_today[] = {
  /* 1 */
  { "CREATE TABLE migration ("
    "  version INTEGER PRIMARY KEY,"
    "  applied_at TEXT NOT NULL," /* RFC 3339, UTC */
    "  daemon TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE session ("
    "  id TEXT PRIMARY KEY NOT NULL,"
    "  cwd TEXT NOT NULL,"
    "  label TEXT,"
    "  allowed_tools TEXT," /* JSON array of globs; NULL: everything */
    "  idle_seconds INTEGER NOT NULL,"
    "  token_hash BLOB," /* SHA-256; NULL: nobody holds a token */
    "  origin TEXT NOT NULL CHECK (origin IN ('asked', 'client')),"
    "  created_at INTEGER NOT NULL," /* us since 1970 UTC */
    "  last_active_at INTEGER NOT NULL,"
    "  sequence_mark INTEGER NOT NULL" /* no event has a higher number */
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE call ("
    "  number INTEGER PRIMARY KEY," /* of the call_id */
    "  session_id TEXT NOT NULL,"
    "  tool TEXT NOT NULL,"
    "  provider TEXT NOT NULL,"
    "  client TEXT,"
    "  started_at INTEGER NOT NULL,"
    "  duration_ms INTEGER,"
    "  state TEXT NOT NULL CHECK (state IN ('running', 'ok', 'error', 'cancelled')),"
    "  error TEXT"
    ") STRICT;"
    "CREATE INDEX call_of_session ON call (session_id, number);"

    "CREATE TABLE mark ("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  value INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;" },
  /* 2: the name of the client that the ambient session belongs to */
  { "ALTER TABLE session ADD COLUMN ambient_client TEXT" },
  /* 3: whatever a program asks of the history of a session, an index has it; the labels of sessions
   * that have ended, as long as there are calls of them; the MCP clients of sessions, and the
   * processes that used them last */
  { "CREATE INDEX call_of_state ON call (session_id, state, number);"
    "CREATE INDEX call_of_tool ON call (session_id, tool, state, number);"
    "CREATE TABLE past_session ("
    "  id TEXT PRIMARY KEY NOT NULL,"
    "  label TEXT"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE attachment ("
    "  id_hash BLOB PRIMARY KEY NOT NULL," /* SHA-256: the id itself is a credential */
    "  session_id TEXT NOT NULL,"
    "  server TEXT," /* NULL: all servers */
    "  revision TEXT NOT NULL,"
    "  client TEXT,"
    "  capabilities TEXT," /* JSON object */
    "  log_level TEXT,"
    "  subscriptions TEXT,"           /* JSON array of URIs */
    "  event_mark INTEGER NOT NULL,"  /* no event of its streams has a higher id */
    "  last_used_at INTEGER NOT NULL" /* us since 1970 UTC */
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX attachment_of_session ON attachment (session_id);"
    "ALTER TABLE session ADD COLUMN boot_id TEXT;"
    "ALTER TABLE session ADD COLUMN processes TEXT" /* JSON array of [pid, start time] */ },
  /* 4: what the owner said of a call, and by which way */
  { "ALTER TABLE call ADD COLUMN consent TEXT;"
    "ALTER TABLE call ADD COLUMN consent_by TEXT" },
  /* 5: in the order of their beginnings, new sessions lie side by side in the file, and a hundred
   * of them are a few pages to write. By their ids, which are random, each would be a page. */
  { "CREATE TABLE session_in_order ("
    "  created_at INTEGER NOT NULL," /* us since 1970 UTC */
    "  id TEXT NOT NULL,"
    "  cwd TEXT NOT NULL,"
    "  label TEXT,"
    "  allowed_tools TEXT," /* JSON array of globs; NULL: everything */
    "  idle_seconds INTEGER NOT NULL,"
    "  token_hash BLOB," /* SHA-256; NULL: nobody holds a token */
    "  origin TEXT NOT NULL CHECK (origin IN ('asked', 'client')),"
    "  last_active_at INTEGER NOT NULL,"
    "  sequence_mark INTEGER NOT NULL," /* no event has a higher number */
    "  ambient_client TEXT,"
    "  boot_id TEXT,"
    "  processes TEXT," /* JSON array of [pid, start time] */
    "  PRIMARY KEY (created_at, id)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO session_in_order (created_at, id, cwd, label, allowed_tools, idle_seconds,"
    "  token_hash, origin, last_active_at, sequence_mark, ambient_client, boot_id, processes)"
    "  SELECT created_at, id, cwd, label, allowed_tools, idle_seconds, token_hash, origin,"
    "  last_active_at, sequence_mark, ambient_client, boot_id, processes FROM session;"
    "DROP TABLE session;"
    "ALTER TABLE session_in_order RENAME TO session" },
  /* 6: what the owner has allowed until a session ends */
  { "CREATE TABLE consent_grant ("
    "  session_id TEXT NOT NULL,"
    "  what TEXT NOT NULL,"
    "  PRIMARY KEY (session_id, what)"
    ") STRICT, WITHOUT ROWID" },
};

/**
 * mcp_db_schema_get_migrations:
 * @n_migrations: (out): how many, which is today's version
 *
 * Returns: (transfer none): all steps, in order
 */
const McpDbMigration *
mcp_db_schema_get_migrations (gsize *n_migrations)
{
  *n_migrations = G_N_ELEMENTS (migrations_of_today);
  return migrations_of_today;
}

/**
 * mcp_db_schema_is_newer:
 * @sql: a database
 * @n_migrations: the version that is understood
 * @version: (out): the database's
 * @error: return location
 *
 * Only reads.
 *
 * Returns: whether a later daemon made it; %FALSE with @error set when it cannot be read
 */
gboolean
mcp_db_schema_is_newer (McpSql *sql, gsize n_migrations, gint64 *version, GError **error)
{
  return mcp_sql_read_int64 (sql, "PRAGMA user_version", version, error) &&
         *version > (gint64) n_migrations;
}

static gboolean
note_migration (McpSql *sql, gint64 version, GError **error)
{
  g_autofree char *set_version =
      g_strdup_printf ("PRAGMA user_version = %" G_GINT64_FORMAT, version);
  sqlite3_stmt *statement =
      mcp_sql_prepare (sql,
                       "INSERT OR REPLACE INTO migration (version, applied_at, daemon)"
                       " VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?)",
                       error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, version);
  mcp_sql_bind_text (statement, 2, MCP_VERSION);
  return mcp_sql_run (sql, statement, error) && mcp_sql_exec (sql, set_version, error);
}

/**
 * mcp_db_schema_migrate:
 * @sql: a database that is not newer
 * @migrations: (array length=n_migrations): all steps
 * @n_migrations: how many
 * @error: return location
 *
 * Takes the steps that are missing, all or none.
 *
 * Errors: %MCP_SQL_ERROR.
 *
 * Returns: whether the database is of the last version now
 */
gboolean
mcp_db_schema_migrate (McpSql *sql,
                       const McpDbMigration *migrations,
                       gsize n_migrations,
                       GError **error)
{
  gint64 version;

  if (!mcp_sql_read_int64 (sql, "PRAGMA user_version", &version, error))
    return FALSE;
  if (version == (gint64) n_migrations)
    return TRUE;

  if (!mcp_sql_exec (sql, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (gsize i = (gsize) MAX (version, 0); i < n_migrations; i++)
    if (!mcp_sql_exec (sql, migrations[i].sql, error) ||
        !note_migration (sql, (gint64) i + 1, error))
      {
        mcp_sql_exec (sql, "ROLLBACK", NULL);
        return FALSE;
      }
  if (mcp_sql_exec (sql, "COMMIT", error))
    return TRUE;

  mcp_sql_exec (sql, "ROLLBACK", NULL);
  return FALSE;
}
