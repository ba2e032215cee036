/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "db-test.h"
#include "session/database/mcp-db-schema.h"

#include <string.h>

#define ID_OF_SCHEMA_1 "6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab"

static McpSql *
open_memory (void)
{
  g_autoptr (GError) error = NULL;
  McpSql *sql = mcp_sql_open (":memory:", SQLITE_OPEN_READWRITE, &error);

  g_assert_no_error (error);
  return sql;
}

static void
exec (McpSql *sql, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mcp_sql_exec (sql, text, &error));
  g_assert_no_error (error);
}

static gint64
get (McpSql *sql, const char *query)
{
  g_autoptr (GError) error = NULL;
  gint64 value;

  g_assert_true (mcp_sql_read_int64 (sql, query, &value, &error));
  g_assert_no_error (error);
  return value;
}

static char *
load_fixture (guint version)
{
  g_autofree char *name = g_strdup_printf ("schema-%u.sql", version);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "session", "database", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The schema as SQLite remembers it, white space aside. */
static char *
dump_schema (McpSql *sql)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      mcp_sql_read_text (sql,
                         "SELECT group_concat(sql, ';') FROM "
                         "(SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)",
                         &error);
  g_auto (GStrv) words = NULL;
  GString *dump = g_string_new (NULL);

  g_assert_no_error (error);
  words = g_strsplit_set (text, " \n", -1);
  for (guint i = 0; words[i] != NULL; i++)
    g_string_append (dump, words[i]);
  return g_string_free (dump, FALSE);
}

static void
test_from_every_version (void)
{
  const McpDbMigration *migrations;
  gsize n_migrations;
  g_autoptr (McpSql) fresh = open_memory ();
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A database of each earlier version becomes as one made today");
  migrations = mcp_db_schema_get_migrations (&n_migrations);
  g_assert_true (mcp_db_schema_migrate (fresh, migrations, n_migrations, &error));
  g_assert_no_error (error);
  expected = dump_schema (fresh);
  g_assert_cmpint (get (fresh, "PRAGMA user_version"), ==, n_migrations);
  g_assert_cmpint (get (fresh, "SELECT count(*) FROM migration"), ==, n_migrations);

  for (guint version = 1; version <= n_migrations; version++)
    {
      g_autoptr (McpSql) sql = open_memory ();
      g_autofree char *fixture = load_fixture (version);
      g_autofree char *dump = NULL;

      exec (sql, fixture);
      g_assert_cmpint (get (sql, "PRAGMA user_version"), ==, version);
      g_assert_true (mcp_db_schema_migrate (sql, migrations, n_migrations, &error));
      g_assert_no_error (error);
      dump = dump_schema (sql);
      g_assert_cmpstr (dump, ==, expected);
      g_assert_cmpint (get (sql, "PRAGMA user_version"), ==, n_migrations);
      g_assert_cmpint (get (sql, "SELECT count(*) FROM session"), ==, 2);
    }
}

static void
test_fixture_is_read (DbTest *f, gconstpointer data)
{
  g_autofree char *fixture = load_fixture (1);
  g_autoptr (McpSql) sql = NULL;
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autofree char *calls = NULL;
  g_autoptr (GError) error = NULL;
  McpSession *session;

  g_test_summary ("What a daemon of version 1 wrote is understood");
  sql = mcp_sql_open (f->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &error);
  g_assert_no_error (error);
  exec (sql, fixture);
  g_clear_pointer (&sql, mcp_sql_close);

  db_test_open (f);
  g_assert_null (f->problem);
  session = mcp_session_store_authenticate (f->store, ID_OF_SCHEMA_1,
                                            "00000000000000000000000000000001", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mcp_session_get_label (session), ==, "an editor");
  g_assert_cmpstr (mcp_session_get_allowed_tools (session)[1], ==, "b?\"");
  calls = db_test_query (f, ID_OF_SCHEMA_1, filter);
  g_assert_nonnull (strstr (calls, "\"call_id\":\"c-000002\""));
  g_assert_nonnull (strstr (calls, "the daemon ended"));
}

static const McpDbMigration three_steps[] = {
  { "CREATE TABLE migration (version INTEGER PRIMARY KEY, applied_at TEXT, daemon TEXT);"
    "CREATE TABLE a (x)" },
  { "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x * 2" },
  { "CREATE TABLE b AS SELECT y AS z FROM a" },
};

static void
test_steps (void)
{
  g_autoptr (McpSql) sql = open_memory ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Only the steps that are missing are taken, in order, and noted");
  g_assert_true (mcp_db_schema_migrate (sql, three_steps, 1, &error));
  exec (sql, "INSERT INTO a VALUES (21)");
  g_assert_true (mcp_db_schema_migrate (sql, three_steps, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get (sql, "SELECT z FROM b"), ==, 42);
  g_assert_cmpint (get (sql, "SELECT count(*) FROM migration"), ==, 3);
  g_assert_cmpint (get (sql, "PRAGMA user_version"), ==, 3);
  g_assert_true (mcp_db_schema_migrate (sql, three_steps, 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get (sql, "SELECT count(*) FROM migration"), ==, 3);
}

static void
test_failed_step (void)
{
  const McpDbMigration steps[] = { three_steps[0], three_steps[1], { "CREATE TABLE a (again)" } };
  g_autoptr (McpSql) sql = open_memory ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A step that fails takes those before it back");
  g_assert_true (mcp_db_schema_migrate (sql, steps, 1, &error));
  g_assert_false (mcp_db_schema_migrate (sql, steps, 3, &error));
  g_assert_error (error, MCP_SQL_ERROR, SQLITE_ERROR);
  g_assert_cmpint (get (sql, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (get (sql, "SELECT count(*) FROM pragma_table_info('a')"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/db-schema/from-every-version", test_from_every_version);
  db_test_add ("/session/db-schema/fixture-is-read", test_fixture_is_read);
  g_test_add_func ("/session/db-schema/steps", test_steps);
  g_test_add_func ("/session/db-schema/failed-step", test_failed_step);
  return g_test_run ();
}
