/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"
#include "fuzz-target.h"
#include "session/database/mcp-db-open.h"
#include "session/history/mcp-call-sql.h"
#include "session/session/mcp-session-json.h"
#include "session/store/mcp-session-sql.h"
#include "session/store/mcp-session-store.h"

#include <gio/gio.h>
#include <string.h>

/*
 * A database that something else wrote to: one row of sessions and one of calls, whose columns are
 * the parts of the input between zero bytes. Whatever is loaded makes a session that can be shown,
 * has a path on the bus, and goes on.
 */

#define N_COLUMNS  11
#define N_PAGES    64
#define PAGE_BYTES 4608

static const char insert_session[] =
    "INSERT INTO session (id, cwd, label, allowed_tools, idle_seconds, token_hash, "
    "origin, created_at, last_active_at, sequence_mark, ambient_client) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char insert_call[] =
    "INSERT INTO call (number, session_id, tool, provider, client, started_at, "
    "duration_ms, state, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

static gboolean
read_number (const char *text, gsize length, gint64 *number)
{
  g_autofree char *copy = NULL;

  if (!g_ascii_isdigit (text[0]) && text[0] != '-')
    return FALSE;
  copy = g_strndup (text, length);
  return g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, number, NULL);
}

/* The empty text is NULL; what looks like a number is one, so that STRICT tables take it. */
static void
bind (sqlite3_stmt *statement, int index, const char *text, gsize length)
{
  gint64 number;

  if (length == 0)
    return;
  if (read_number (text, length, &number))
    sqlite3_bind_int64 (statement, index, number);
  else if (text[0] == 'x')
    sqlite3_bind_blob (statement, index, text, (int) length, SQLITE_STATIC);
  else
    sqlite3_bind_text (statement, index, text, (int) length, SQLITE_STATIC);
}

static gboolean
insert (McpSql *sql, const char *query, guint n_columns, const guint8 *data, gsize size)
{
  sqlite3_stmt *statement = mcp_sql_prepare (sql, query, NULL);
  const char *at = (const char *) data;
  const char *end = at + size;

  g_assert_nonnull (statement);
  for (guint i = 1; i <= n_columns && at <= end; i++)
    {
      const char *stop = memchr (at, '\0', (gsize) (end - at));

      if (stop == NULL)
        stop = end;
      bind (statement, (int) i, at, (gsize) (stop - at));
      at = stop + 1;
    }
  return mcp_sql_run (sql, statement, NULL);
}

static void
use_record (McpSessionStore *store, const McpSessionRecord *record)
{
  const McpProgressFields fields = { .progress = 1 };
  McpSession *session = mcp_session_store_restore (store, record);
  g_autofree char *path = g_strdelimit (g_strconcat ("/s/", record->id, NULL), "-", '_');
  g_autofree char *json = NULL;
  McpJsonSlice root;

  g_assert_nonnull (session);
  g_assert_true (g_variant_is_object_path (path));
  json = mcp_session_json_build (session);
  g_assert_true (
      mcp_json_scan (json, strlen (json), 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, NULL));
  g_assert_true (mcp_session_publish (session, &fields));
  mcp_session_store_expire (store, g_get_real_time ());
}

static void
use_calls (McpSql *sql)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  McpCallQuery query = { .session_id = (char *) "s", .filter = filter };
  GBytes *json = mcp_call_sql_query (sql, &query, NULL);
  McpJsonSlice root;
  gint64 mark;

  g_assert_nonnull (json);
  g_assert_true (mcp_json_scan (g_bytes_get_data (json, NULL), g_bytes_get_size (json), 64, 100000,
                                MCP_JSON_SCAN_DEFAULT, &root, NULL));
  g_bytes_unref (json);
  g_assert_true (mcp_call_sql_read_mark (sql, &mark, NULL));
  g_assert_cmpint (mark, >=, 0);
  g_assert_cmpint (mark, <=, G_MAXINT64 / 2 + 1);
}

/* Millions of inputs are said to make no sense; what is said goes nowhere. */
static GLogWriterOutput
drop_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if (level & G_LOG_LEVEL_MESSAGE)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

static McpSessionStore *
new_store (void)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  return mcp_session_store_new (&limits);
}

/* What all inputs have in common: each leaves both as it found them. */
static void
set_up (McpDbOpened *opened, McpSessionStore **store)
{
  static _Alignas(8) guint8 pages[N_PAGES * PAGE_BYTES];

  /* SQLite would take 87 kB for each UPDATE, whose table has one page, and lock what it counts. */
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_PAGECACHE, pages, PAGE_BYTES, N_PAGES), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_config (SQLITE_CONFIG_SINGLETHREAD), ==, SQLITE_OK);
  mcp_db_open (NULL, opened);
  g_assert_true (mcp_sql_exec (opened->sql, "PRAGMA secure_delete = OFF; BEGIN", NULL));
  *store = new_store ();
  g_log_set_writer_func (drop_message, NULL, NULL);
}

static void
run (McpSql *sql, const char *query)
{
  g_assert_true (mcp_sql_run (sql, mcp_sql_prepare (sql, query, NULL), NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static McpDbOpened opened;
  static McpSessionStore *store;
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_session_record_free);
  guint64 reserve = 10000;
  gboolean has_session;
  gboolean has_call;

  if (store == NULL)
    set_up (&opened, &store);

  has_session = insert (opened.sql, insert_session, N_COLUMNS, data, size);
  has_call = insert (opened.sql, insert_call, 9, data, size);
  g_assert_true (mcp_session_sql_raise_marks (opened.sql, &reserve, NULL));
  g_assert_true (mcp_session_sql_load (opened.sql, records, NULL));
  for (guint i = 0; i < records->len; i++)
    use_record (store, records->pdata[i]);
  use_calls (opened.sql);
  if (has_session)
    run (opened.sql, "DELETE FROM session");
  if (has_call)
    run (opened.sql, "DELETE FROM call");
  mcp_session_store_close_all (store, "closed");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (store), ==, 0);
  return 0;
}
