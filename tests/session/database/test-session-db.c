/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "db-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_SESSIONS "SELECT count(*) FROM session"

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  ++*(guint *) user_data;
}

static void
test_durable_before_answer (DbTest *f, gconstpointer data)
{
  DbTestGate *gate;
  guint n_done = 0;

  g_test_summary ("Nobody is answered before the session is in the file");
  db_test_open (f);
  gate = db_test_close_gate (f);
  session_test_create (f->store, NULL);
  mcp_session_store_settle_async (f->store, done_cb, &n_done);
  mcp_test_settle ();
  g_assert_cmpuint (n_done, ==, 0);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 0);

  db_test_open_gate (gate);
  AWAIT (n_done == 1);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 1);
}

static void
test_group_commit (DbTest *f, gconstpointer data)
{
  const guint n_sessions = 200;
  DbTestGate *gate;
  guint n_done = 0;
  guint n_before;

  g_test_summary ("Sessions that wait together share a transaction");
  db_test_open (f);
  db_test_settle (f);
  gate = db_test_close_gate (f);
  n_before = mcp_session_db_get_n_commits (f->db);
  for (guint i = 0; i < n_sessions; i++)
    {
      session_test_create (f->store, NULL);
      mcp_session_store_settle_async (f->store, done_cb, &n_done);
    }
  db_test_open_gate (gate);
  AWAIT (n_done == n_sessions);
  g_assert_cmpuint (mcp_session_db_get_n_commits (f->db) - n_before, <=, 2);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, n_sessions);
}

static void
test_settings (DbTest *f, gconstpointer data)
{
  struct stat info;

  g_test_summary ("The file is the user's alone, and every commit is synced");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (db_test_count_files (f, "sessions.db-wal"), ==, 1);
  db_test_exec (f, "CREATE TEMP TABLE t AS SELECT 1 / (synchronous = 2) AS ok "
                   "FROM pragma_synchronous; ");
  db_test_exec (f, "CREATE TEMP TABLE u (ok CHECK (ok IS NOT NULL)); "
                   "INSERT INTO u SELECT ok FROM t");
}

static void
test_narrows (DbTest *f, gconstpointer data)
{
  struct stat info;

  g_test_summary ("A file that others could read is narrowed");
  g_assert_true (g_file_set_contents (f->path, "", 0, NULL));
  g_assert_cmpint (g_chmod (f->path, 0666), ==, 0);
  db_test_open (f);
  g_assert_null (f->problem);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
}

/* It works, but not on the disk, and the user is told. */
static void
assert_in_memory (DbTest *f, const char *why)
{
  g_assert_true (mcp_session_db_is_in_memory (f->db));
  g_assert_nonnull (strstr (f->problem, f->path));
  g_assert_nonnull (strstr (f->problem, why));
  session_test_create (f->store, NULL);
  db_test_settle (f);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
}

static void
test_symlink (DbTest *f, gconstpointer data)
{
  g_autofree char *target = g_build_filename (f->directory, "elsewhere", NULL);
  struct stat info;

  g_test_summary (
      "A symbolic link in the file's place is refused, and nothing made where it leads");
  g_assert_cmpint (symlink (target, f->path), ==, 0);
  db_test_open (f);
  assert_in_memory (f, "symbolic link");
  g_assert_cmpint (g_lstat (target, &info), <, 0);
}

static void
test_symlink_companion (DbTest *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  struct stat info;

  g_test_summary ("So is one in the place of the log");
  g_assert_cmpint (symlink ("elsewhere", wal), ==, 0);
  db_test_open (f);
  assert_in_memory (f, "symbolic link");
  g_assert_cmpint (g_stat (wal, &info), <, 0);
}

static void
test_no_file (DbTest *f, gconstpointer data)
{
  g_test_summary ("What is no regular file is refused, and is not waited for");
  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  db_test_open (f);
  assert_in_memory (f, "no regular file");
}

static void
test_newer_schema (DbTest *f, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize n_before, n_after;

  g_test_summary ("A later daemon's file is not touched");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_stop (f);
  g_assert_cmpint (db_test_count (f, "PRAGMA user_version = 1000"), ==, 0);
  g_assert_true (g_file_get_contents (f->path, &before, &n_before, NULL));

  db_test_open (f);
  assert_in_memory (f, "version 1000");
  db_test_stop (f);
  g_assert_true (g_file_get_contents (f->path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
  g_assert_cmpuint (db_test_count_files (f, "sessions.db."), ==, 0);
}

static void
test_no_database (DbTest *f, gconstpointer data)
{
  g_test_summary ("What is no database is set aside, and a new one takes its place");
  g_assert_true (
      g_file_set_contents (f->path, "This is a letter, and a long one at that.", -1, NULL));
  db_test_open (f);
  g_assert_nonnull (strstr (f->problem, ".corrupt-"));
  g_assert_false (mcp_session_db_is_in_memory (f->db));
  g_assert_cmpuint (db_test_count_files (f, "sessions.db.corrupt-"), >=, 1);
  session_test_create (f->store, NULL);
  db_test_stop (f);

  db_test_open (f);
  g_assert_null (f->problem);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
}

/* Writes over everything behind the first page, as a bad disk may. */
static void
damage (const char *path)
{
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint (length, >, 4096);
  memset (contents + 4096, 0x5a, length - 4096);
  g_assert_true (g_file_set_contents (path, contents, (gssize) length, NULL));
}

static void
test_damaged_at_start (DbTest *f, gconstpointer data)
{
  g_test_summary ("A damaged database is found out at the start");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_stop (f);
  damage (f->path);

  db_test_open (f);
  g_assert_nonnull (strstr (f->problem, ".corrupt-"));
  g_assert_cmpuint (db_test_count_files (f, "sessions.db.corrupt-"), >=, 1);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
}

static gboolean
find_damage (McpSql *sql, gpointer data, GError **error)
{
  g_set_error_literal (error, MCP_SQL_ERROR, SQLITE_CORRUPT, "database disk image is malformed");
  return FALSE;
}

static void
test_damaged_at_work (DbTest *f, gconstpointer data)
{
  g_test_summary ("Damage found later costs no session: the new file has those in memory");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  mcp_session_db_write (f->db, find_damage, NULL, NULL);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  AWAIT (strstr (f->trouble->str, "written again") != NULL);
  g_assert_cmpuint (f->n_failures, ==, 1);
  g_assert_nonnull (strstr (f->trouble->str, ".corrupt-"));
  g_assert_cmpuint (db_test_count_files (f, "sessions.db.corrupt-"), >=, 1);
  session_test_create (f->store, NULL);
  db_test_kill (f);

  db_test_open (f);
  g_assert_null (f->problem);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

static void
test_full_disk (DbTest *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  McpSession *session;

  g_test_summary ("A full disk costs nothing once there is room again, and nobody waits for it");
  db_test_open (f);
  session = session_test_create (f->store, NULL);
  id = g_strdup (mcp_session_get_id (session));
  db_test_settle (f);
  db_test_exec (f, "PRAGMA max_page_count = 1");
  for (guint i = 0; f->n_failures == 0 && i < 1000; i++)
    {
      session_test_create (f->store, NULL);
      db_test_settle (f);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (f->n_failures, ==, 1);
  g_assert_nonnull (strstr (f->trouble->str, "cannot be written"));
  g_assert_true (mcp_session_store_close (f->store, id, "closed", NULL));
  db_test_settle (f);

  /* no better yet */
  db_test_exec (f, "PRAGMA query_only = ON");
  mcp_session_persist_retry (f->persist);
  db_test_settle (f);
  g_assert_null (strstr (f->trouble->str, "written again"));
  db_test_exec (f, "PRAGMA query_only = OFF");
  db_test_exec (f, "PRAGMA max_page_count = 1000000");
  mcp_session_persist_retry (f->persist);
  AWAIT (strstr (f->trouble->str, "written again") != NULL);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, mcp_session_store_get_n_sessions (f->store));
  g_assert_cmpuint (db_test_count_files (f, "sessions.db."), ==, 0);
  db_test_kill (f);

  db_test_open (f);
  g_assert_null (mcp_session_store_lookup (f->store, id));
}

static void
test_full_at_start (DbTest *f, gconstpointer data)
{
  const guint n_sessions = 300;
  struct rlimit limit, low;

  g_test_summary ("A disk that is full at the start does not make the daemon forget");
  db_test_open (f);
  for (guint i = 0; i < n_sessions; i++)
    session_test_create (f->store, NULL);
  db_test_stop (f);

  /* room for what SQLite needs to read, and little to write */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  low = limit;
  low.rlim_cur = 33000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &low), ==, 0);
  db_test_open (f);
  AWAIT (f->n_failures == 1);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_null (f->problem);
  g_assert_false (mcp_session_db_is_in_memory (f->db));
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, n_sessions);

  mcp_session_persist_retry (f->persist);
  AWAIT (strstr (f->trouble->str, "written again") != NULL);
  g_assert_cmpint (db_test_count (f, "SELECT min(sequence_mark) FROM session"), ==, 10000);
}

static void
test_read_only (DbTest *f, gconstpointer data)
{
  g_test_summary ("A database that must not be written is passed over in the same way");
  db_test_open (f);
  db_test_settle (f);
  db_test_exec (f, "PRAGMA query_only = ON");
  session_test_create (f->store, NULL);
  db_test_settle (f);
  AWAIT (f->n_failures == 1);
  db_test_exec (f, "PRAGMA query_only = OFF");
  mcp_session_persist_retry (f->persist);
  AWAIT (strstr (f->trouble->str, "written again") != NULL);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 1);
}

static void
test_memory_only (DbTest *f, gconstpointer data)
{
  g_autofree char *path = g_steal_pointer (&f->path);

  g_test_summary ("Without a path all works, and no file is made");
  db_test_open (f);
  g_assert_null (f->problem);
  g_assert_true (mcp_session_db_is_in_memory (f->db));
  session_test_create (f->store, NULL);
  db_test_settle (f);
  g_assert_cmpuint (db_test_count_files (f, ""), ==, 0);
  db_test_kill (f);
  f->path = g_steal_pointer (&path);
}

static void
test_closed (DbTest *f, gconstpointer data)
{
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  guint n_done = 0;

  g_test_summary ("What comes after the close is answered, and does nothing");
  db_test_open (f);
  g_assert_true (mcp_session_db_close (f->db, 20000));
  g_assert_true (mcp_session_db_close (f->db, 20000));
  session_test_create (f->store, NULL);
  mcp_session_store_settle_async (f->store, done_cb, &n_done);
  AWAIT (n_done == 1);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 0);
}

static gboolean
do_nothing (McpSql *sql, gpointer data, GError **error)
{
  return TRUE;
}

static void
test_slow_disk (DbTest *f, gconstpointer data)
{
  DbTestGate *gate;
  guint n_done = 0;

  g_test_summary ("Behind a disk that hangs only so much waits, and nothing is lost by it");
  db_test_open (f);
  db_test_settle (f);
  gate = db_test_close_gate (f);
  /* more than waits, and than one transaction takes */
  for (guint i = 0; i < 101000; i++)
    mcp_session_db_write (f->db, do_nothing, NULL, NULL);
  session_test_create (f->store, NULL);
  mcp_session_store_settle_async (f->store, done_cb, &n_done);
  db_test_open_gate (gate);
  AWAIT (n_done == 1 && f->n_failures == 1);
  g_assert_nonnull (strstr (f->trouble->str, "too slow"));
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 0);

  mcp_session_persist_retry (f->persist);
  AWAIT (strstr (f->trouble->str, "written again") != NULL);
  g_assert_cmpint (db_test_count (f, N_SESSIONS), ==, 1);
}

static void
test_close_waits_not (DbTest *f, gconstpointer data)
{
  DbTestGate *gate;

  g_test_summary ("A disk that hangs is not waited for at the end");
  db_test_open (f);
  gate = db_test_close_gate (f);
  g_assert_false (mcp_session_db_close (f->db, 10));
  db_test_open_gate (gate);
  g_assert_true (mcp_session_db_close (f->db, 20000));
}

/* A session that was acknowledged after the file was spoilt is there after a restart. */
static void
assert_goes_on (DbTest *f, const char *trouble)
{
  g_autofree char *first = g_strdup (mcp_session_get_id (session_test_create (f->store, NULL)));
  g_autofree char *second = NULL;

  db_test_settle (f);
  AWAIT (strstr (f->trouble->str, trouble) != NULL);
  second = g_strdup (mcp_session_get_id (session_test_create (f->store, NULL)));
  db_test_settle (f);
  db_test_kill (f);

  db_test_open (f);
  g_assert_null (f->problem);
  g_assert_nonnull (mcp_session_store_lookup (f->store, first));
  g_assert_nonnull (mcp_session_store_lookup (f->store, second));
}

static void
test_removed_at_work (DbTest *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (f->path, "-shm", NULL);

  g_test_summary ("A database that is removed under the daemon is noticed, and made again");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  g_remove (f->path);
  g_remove (wal);
  g_remove (shm);
  assert_goes_on (f, "was removed");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 3);
}

static void
test_removed_while_idle (DbTest *f, gconstpointer data)
{
  g_test_summary ("The same where nobody changes anything");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  g_remove (f->path);
  mcp_session_persist_note_use (f->persist);
  AWAIT (strstr (f->trouble->str, "was removed") != NULL);
}

static void
test_overwritten_at_work (DbTest *f, gconstpointer data)
{
  int fd;

  g_test_summary ("The same for one whose beginning is overwritten");
  db_test_open (f);
  session_test_create (f->store, NULL);
  db_test_settle (f);
  fd = g_open (f->path, O_WRONLY, 0);
  g_assert_cmpint (pwrite (fd, "not a database at all", 21, 0), ==, 21);
  /* not closed: that would drop the locks of the database in this process */
  assert_goes_on (f, ".corrupt-");
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  db_test_add ("/session/db/durable-before-answer", test_durable_before_answer);
  db_test_add ("/session/db/group-commit", test_group_commit);
  db_test_add ("/session/db/settings", test_settings);
  db_test_add ("/session/db/narrows", test_narrows);
  db_test_add ("/session/db/symlink", test_symlink);
  db_test_add ("/session/db/symlink-companion", test_symlink_companion);
  db_test_add ("/session/db/no-file", test_no_file);
  db_test_add ("/session/db/newer-schema", test_newer_schema);
  db_test_add ("/session/db/no-database", test_no_database);
  db_test_add ("/session/db/damaged-at-start", test_damaged_at_start);
  db_test_add ("/session/db/damaged-at-work", test_damaged_at_work);
  db_test_add ("/session/db/full-disk", test_full_disk);
  db_test_add ("/session/db/full-at-start", test_full_at_start);
  db_test_add ("/session/db/read-only", test_read_only);
  db_test_add ("/session/db/memory-only", test_memory_only);
  db_test_add ("/session/db/closed", test_closed);
  db_test_add ("/session/db/slow-disk", test_slow_disk);
  db_test_add ("/session/db/close-waits-not", test_close_waits_not);
  db_test_add ("/session/db/removed-at-work", test_removed_at_work);
  db_test_add ("/session/db/removed-while-idle", test_removed_while_idle);
  db_test_add ("/session/db/overwritten-at-work", test_overwritten_at_work);
  return g_test_run ();
}
