/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "db-test.h"

#include "common/mcp-names.h"

#include <glib/gstdio.h>
#include <string.h>

#define CLOSE_TIMEOUT_MS (MCP_TEST_PATIENCE_SECONDS * 1000)

struct _DbTestGate
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  gboolean is_open;
};

void
db_test_set_up (DbTest *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->directory = g_dir_make_tmp ("mcp-db-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->directory, MCP_DATABASE_FILE, NULL);
  f->trouble = g_string_new (NULL);
}

void
db_test_tear_down (DbTest *f, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (f->store != NULL)
    db_test_kill (f);
  dir = g_dir_open (f->directory, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->directory, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->directory), ==, 0);
  g_free (f->directory);
  g_free (f->path);
  g_free (f->problem);
  g_string_free (f->trouble, TRUE);
}

static void
trouble_cb (McpSessionDb *db, const char *message, DbTest *f)
{
  g_test_message ("trouble: %s", message);
  g_string_append_printf (f->trouble, "%s\n", message);
}

static void
failed_cb (McpSessionDb *db, gboolean damaged, DbTest *f)
{
  f->n_failures++;
}

void
db_test_open (DbTest *f)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->problem, g_free);
  f->store = session_test_new_store ();
  f->db = mcp_session_db_open (f->path, &f->problem);
  f->history = mcp_call_history_new (f->db, &error);
  g_assert_no_error (error);
  f->persist = mcp_session_persist_new (f->store, f->db, f->history, &error);
  g_assert_no_error (error);
  g_signal_connect (f->db, "trouble", G_CALLBACK (trouble_cb), f);
  g_signal_connect (f->db, "recovered", G_CALLBACK (trouble_cb), f);
  g_signal_connect (f->db, "failed", G_CALLBACK (failed_cb), f);
  mcp_session_db_start (f->db);
  if (f->problem != NULL)
    g_test_message ("problem: %s", f->problem);
}

void
db_test_kill (DbTest *f)
{
  g_assert_true (mcp_session_db_close (f->db, CLOSE_TIMEOUT_MS));
  /* answers on their way */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&f->persist));
  g_assert_finalize_object (g_steal_pointer (&f->history));
  g_assert_finalize_object (g_steal_pointer (&f->db));
  g_assert_finalize_object (g_steal_pointer (&f->store));
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

void
db_test_stop (DbTest *f)
{
  gboolean done = FALSE;

  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
  mcp_session_persist_flush_async (f->persist, done_cb, &done);
  AWAIT (done);
  db_test_kill (f);
}

void
db_test_settle (DbTest *f)
{
  gboolean done = FALSE;

  mcp_session_store_settle_async (f->store, done_cb, &done);
  AWAIT (done);
}

gint64
db_test_count (DbTest *f, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (McpSql) sql = mcp_sql_open (f->path, SQLITE_OPEN_READWRITE, &error);
  gint64 value;

  g_assert_no_error (error);
  mcp_sql_set_busy_timeout (sql, 5000);
  g_assert_true (mcp_sql_read_int64 (sql, query, &value, &error));
  g_assert_no_error (error);
  return value;
}

static gpointer
exec_query (McpSql *sql, gpointer text, GError **error)
{
  return mcp_sql_exec (sql, text, error) ? g_strdup ("") : NULL;
}

static void
executed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = g_task_propagate_pointer (G_TASK (result), &error);

  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

void
db_test_exec (DbTest *f, const char *text)
{
  gboolean done = FALSE;

  mcp_session_db_query_async (f->db, exec_query, (gpointer) text, NULL,
                              g_task_new (f->db, NULL, executed_cb, &done), g_free);
  AWAIT (done);
}

static void
gate_unref (gpointer data)
{
  DbTestGate *gate = data;

  if (!g_atomic_ref_count_dec (&gate->ref_count))
    return;
  g_mutex_clear (&gate->mutex);
  g_cond_clear (&gate->cond);
  g_free (gate);
}

static gboolean
wait_at_gate (McpSql *sql, gpointer data, GError **error)
{
  DbTestGate *gate = data;

  g_mutex_lock (&gate->mutex);
  while (!gate->is_open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return TRUE;
}

DbTestGate *
db_test_close_gate (DbTest *f)
{
  DbTestGate *gate = g_new0 (DbTestGate, 1);

  g_atomic_ref_count_init (&gate->ref_count);
  g_atomic_ref_count_inc (&gate->ref_count);
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  mcp_session_db_write (f->db, wait_at_gate, gate, gate_unref);
  return gate;
}

void
db_test_open_gate (DbTestGate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->is_open = TRUE;
  g_cond_signal (&gate->cond);
  g_mutex_unlock (&gate->mutex);
  gate_unref (gate);
}

guint
db_test_count_files (DbTest *f, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (f->directory, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, prefix))
      n++;
  return n;
}

typedef struct
{
  char *json;
  gboolean done;
} Answer;

static void
queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json =
      mcp_call_history_query_finish (MCP_CALL_HISTORY (source), result, &error);

  g_assert_no_error (error);
  answer->json = g_strndup (g_bytes_get_data (json, NULL), g_bytes_get_size (json));
  answer->done = TRUE;
}

char *
db_test_query (DbTest *f, const char *session_id, const McpCallFilter *filter)
{
  Answer answer = { 0 };

  mcp_call_history_query_async (f->history, session_id, filter, queried_cb, &answer);
  AWAIT (answer.done);
  return answer.json;
}
