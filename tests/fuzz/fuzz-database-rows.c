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

#define N_COLUMNS 11

static const char insert_session[] =
    "INSERT OR REPLACE INTO session (id, cwd, label, allowed_tools, idle_seconds, token_hash, "
    "origin, created_at, last_active_at, sequence_mark, ambient_client) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char insert_call[] =
    "INSERT OR REPLACE INTO call (number, session_id, tool, provider, client, started_at, "
    "duration_ms, state, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

/* The empty text is NULL; what looks like a number is one, so that STRICT tables take it. */
static void
bind (sqlite3_stmt *statement, int index, const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  gint64 number;

  if (length == 0)
    return;
  if (g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, &number, NULL))
    sqlite3_bind_int64 (statement, index, number);
  else if (copy[0] == 'x')
    sqlite3_bind_blob (statement, index, text, (int) length, SQLITE_TRANSIENT);
  else
    sqlite3_bind_text (statement, index, text, (int) length, SQLITE_TRANSIENT);
}

static void
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
  mcp_sql_run (sql, statement, NULL);
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

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static McpDbOpened opened;
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_session_record_free);
  g_autoptr (McpSessionStore) store = NULL;
  McpLimits limits;
  guint64 reserve = 10000;

  if (opened.sql == NULL)
    mcp_db_open (NULL, &opened);
  mcp_limits_init_defaults (&limits);
  store = mcp_session_store_new (&limits);

  g_assert_true (mcp_sql_exec (opened.sql, "BEGIN", NULL));
  insert (opened.sql, insert_session, N_COLUMNS, data, size);
  insert (opened.sql, insert_call, 9, data, size);
  g_assert_true (mcp_session_sql_raise_marks (opened.sql, &reserve, NULL));
  g_assert_true (mcp_session_sql_load (opened.sql, records, NULL));
  for (guint i = 0; i < records->len; i++)
    use_record (store, records->pdata[i]);
  use_calls (opened.sql);
  g_assert_true (mcp_sql_exec (opened.sql, "ROLLBACK", NULL));
  mcp_session_store_close_all (store, "closed");
  return 0;
}
