/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the daemon finds when it starts, and what is taken away under it.
 */
#include "attack.h"

#include "mcp-test-events.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE "state/mcp-sessiond/sessions.db"

static void
run_sql (Attack *a, const char *sql)
{
  g_autofree char *path = e2e_build (a->e2e, DATABASE);
  char *message = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  sqlite3_close (db);
}

static gboolean
is_there (Attack *a, JsonObject *session)
{
  g_autofree char *path = g_strconcat ("/session/", attack_id (session), NULL);
  g_autoptr (AttackAnswer) answer = attack_ask (a, "GET", path, attack_token (session), NULL, NULL);

  return answer->status == 200;
}

/* Rows of the database */

typedef struct
{
  const char *name;
  const char *sql; /* of an expression for the id, or a whole statement */
} RowCase;

#define ROW(id)                                                                                    \
  "INSERT INTO session (id, cwd, idle_seconds, origin, created_at, last_active_at, sequence_mark)" \
  " VALUES (" id ", '/', 0, 'asked', 1790000000000000, 1790000000000000, 0)"
#define SPOIL(column, value) "UPDATE session SET " column " = " value " WHERE label = 'spoilt'"

static const RowCase row_cases[] = {
  { "empty-id", ROW ("''") },
  { "id-with-a-line-end", ROW ("'a' || char (10)") },
  { "id-with-a-space", ROW ("'a b'") },
  { "id-with-a-slash", ROW ("'../a'") },
  { "id-beyond-ascii", ROW ("'\xc3\xa9'") },
  { "id-that-is-long", ROW ("printf ('%.*c', 20000, 'a')") },
  { "id-of-underscores", ROW ("'a_b-c'") },
  { "ids-of-one-path", ROW ("'a-b'") ";" ROW ("'a_b'") },
  { "relative-directory", SPOIL ("cwd", "'x'") },
  { "empty-directory", SPOIL ("cwd", "''") },
  { "short-token", SPOIL ("token_hash", "x'00'") },
  { "globs-that-are-no-json", SPOIL ("allowed_tools", "'['") },
  { "globs-that-are-no-texts", SPOIL ("allowed_tools", "'[1,{}]'") },
  { "idle-time-below-zero", SPOIL ("idle_seconds", "-1") },
  { "idle-time-beyond-all", SPOIL ("idle_seconds", "9223372036854775807") },
  { "times-beyond-all",
    SPOIL ("created_at = 9223372036854775807, last_active_at", "9223372036854775807") },
  { "times-below-zero",
    SPOIL ("created_at = -9223372036854775807, last_active_at", "-9223372036854775807") },
  { "highest-number", SPOIL ("sequence_mark", "9223372036854775807") },
  { "label-of-control-characters", SPOIL ("label", "char (27) || '[2J' || char (10)") },
};

/* The bus has an object for each session, and the store numbers its events. */
static void
use_sessions (Attack *a, JsonObject *spoilt)
{
  g_autofree char *path = g_strdup_printf ("/session/%s/progress", attack_id (spoilt));
  g_autoptr (GError) error = NULL;
  g_autoptr (AttackAnswer) answer =
      attack_ask (a, "POST", path, attack_token (spoilt), NULL, "{\"progress\":1}");
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_sync (a->e2e->connection, "org.mcpsessiond.Daemon", "/org/mcpsessiond",
                                   "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
                                   NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);

  g_test_message ("progress in the spoilt session: %u", answer->status);
  if (reply == NULL)
    attack_fail ("GetManagedObjects: %s", error->message);
}

static void
check_log (Attack *a)
{
  g_autofree char *log = attack_dup_log (a);

  if (strstr (log, "CRITICAL") != NULL)
    attack_fail ("a bug shows: %s", strstr (log, "CRITICAL"));
}

static void
test_row (gconstpointer data)
{
  const RowCase *row = data;
  g_autoptr (Attack) a = attack_new (E2E_WITH_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) spoilt = NULL;

  g_test_summary (
      "A row that no daemon wrote does not end the daemon; at most its session is not there");
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  spoilt = attack_create_session (a, "{\"cwd\":\"/\",\"label\":\"spoilt\"}");
  attack_end (a, SIGTERM);
  run_sql (a, row->sql);

  for (guint i = 0; i < 2; i++)
    {
      if (!attack_try_start (a))
        {
          attack_fail ("start %u: the daemon ends", i + 1);
          return;
        }
      if (!is_there (a, session))
        attack_fail ("start %u: a session of a sound row is not there", i + 1);
      use_sessions (a, spoilt);
      check_log (a);
      if (!attack_end (a, SIGTERM))
        attack_fail ("the daemon's end %u was not a clean one", i + 1);
    }
}

/* Closed streams */

static char *
read_descriptor (Attack *a, int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd/%d", (int) a->pid, fd);

  return g_file_read_link (path, NULL);
}

/* Without its standard error there is no log to wait for. */
static gboolean
await_discovery (Attack *a)
{
  g_autofree char *path = e2e_build (a->e2e, "run/mcp-sessiond/mcp.json");

  if (!mcp_test_await_file_has (path, "", 10000))
    return FALSE;
  e2e_read_discovery (a->e2e);
  a->socket_path = json_object_get_string_member (a->e2e->discovery, "socket");
  a->pid = (pid_t) json_object_get_int_member (a->e2e->discovery, "pid");
  return TRUE;
}

static void
check_lock (Attack *a)
{
  g_autofree char *path = e2e_build (a->e2e, "run/mcp-sessiond/lock");
  g_autofree char *text = NULL;
  g_autofree char *wanted = g_strdup_printf ("%d\n", (int) a->pid);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  if (strcmp (text, wanted) != 0)
    attack_fail ("the lock file says “%s”, not the daemon's number", text);
}

/* Without standard error, the log has its own file there; nothing else may be in such a place. */
static void
check_descriptor (Attack *a, int fd)
{
  g_autofree char *target = read_descriptor (a, fd);
  g_autofree char *log = e2e_build (a->e2e, "state/mcp-sessiond/daemon.log");

  if (g_strcmp0 (target, fd == STDERR_FILENO ? log : "/dev/null") != 0)
    attack_fail ("descriptor %d is %s", fd, target != NULL ? target : "closed");
}

static void
check_closed_streams (const char *redirections, guint n_closed)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (GSubprocess) first = NULL;

  attack_wrap_daemon (a, "", redirections);
  attack_write_servers (a);
  first = e2e_spawn (a->e2e, G_SUBPROCESS_FLAGS_NONE, "run", NULL);
  attack_wrap_daemon (a, NULL, NULL);
  if (!await_discovery (a))
    {
      attack_fail ("the daemon does not serve");
      g_subprocess_force_exit (first);
      return;
    }
  for (int fd = 3 - (int) n_closed; fd < 3; fd++)
    check_descriptor (a, fd);
  attack_set_settings (a, "[Nonsense]\nA=b\n");
  json_object_unref (attack_create_session (a, "{\"cwd\":\"/\"}"));
  check_lock (a);

  /* The next daemon must find the process that it is to end. */
  if (!attack_adopt (a, e2e_spawn (a->e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", "--replace")))
    {
      attack_fail ("--replace does not end it");
      g_subprocess_force_exit (first);
    }
  g_subprocess_wait (first, NULL, NULL);
}

static void
test_closed_streams (void)
{
  g_test_summary (
      "A daemon that is started without standard streams opens no file there but its log");
  check_closed_streams ("<&- >&- 2>&-", 3);
}

static void
test_closed_error (void)
{
  g_test_summary (
      "A daemon that is started without standard error opens no file there but its log");
  check_closed_streams ("</dev/null >/dev/null 2>&-", 1);
}

/* A database that goes */

static void
remove_database (Attack *a)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = e2e_build (a->e2e, DATABASE);
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      g_remove (file);
    }
}

/* Overwrites the header of the file. */
static void
spoil_database (Attack *a)
{
  g_autofree char *path = e2e_build (a->e2e, DATABASE);
  char nothing[100] = { 0 };
  FILE *file = fopen (path, "r+");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (nothing, sizeof nothing, 1, file), ==, 1);
  fclose (file);
}

static void
replace_database (Attack *a)
{
  remove_database (a);
  run_sql (a, "CREATE TABLE t (a)");
}

/* @must_say: whether there is no way round it */
static void
check_lost_database (void (*lose) (Attack *a), gboolean must_say)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) before = NULL;
  g_autoptr (JsonObject) after = NULL;
  gboolean said;

  attack_start (a);
  before = attack_create_session (a, "{\"cwd\":\"/\"}");
  lose (a);
  after = attack_create_session (a, "{\"cwd\":\"/\"}");
  said = attack_await_log (a, "sessions.db", 5000);
  if (must_say && !said)
    attack_fail ("nothing is said of it");
  if (!is_there (a, before))
    attack_fail ("a session of this daemon is gone at once");
  attack_end (a, SIGTERM);
  attack_start (a);
  if (!is_there (a, after) && (must_say || !said))
    attack_fail ("a session that was acknowledged is gone after a restart");
}

static void
test_removed (void)
{
  g_test_summary ("A database that is removed is noticed, said, and made again");
  check_lost_database (remove_database, TRUE);
}

static void
test_spoilt (void)
{
  g_test_summary (
      "When a database is spoilt, acknowledged sessions are kept, or the log tells of the loss");
  check_lost_database (spoil_database, FALSE);
}

static void
test_replaced (void)
{
  g_test_summary ("A database that is replaced is noticed, said, and made again");
  check_lost_database (replace_database, TRUE);
}

/* Signals */

static void
test_hangup (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (JsonObject) response = NULL;
  g_autofree char *discovery = e2e_build (a->e2e, "run/mcp-sessiond/mcp.json");
  g_autofree pid_t *pids = NULL;
  gsize n_pids;

  g_test_summary ("SIGHUP is a clean end: servers end, the discovery file goes, the status is 0");
  attack_add_canned (a, "srv", NULL);
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  g_hash_table_unref (attack_list (a, session, "tools/list"));
  pids = e2e_read_pids (a->e2e, "srv/pids", &n_pids);
  if (!attack_end (a, SIGHUP))
    attack_fail ("the daemon was killed by it");
  if (g_file_test (discovery, G_FILE_TEST_EXISTS))
    attack_fail ("the discovery file is still there");
  for (gsize i = 0; i < n_pids; i++)
    e2e_await_process_end (pids[i]);
}

static gboolean
says_full (Attack *a)
{
  static const char *const words[] = { "cannot be written", "in memory", "full" };
  g_autofree char *log = attack_dup_log (a);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strstr (log, words[i]) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
test_file_size (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  gboolean said;

  g_test_summary ("When a file may not grow, the daemon says so and serves on");
  attack_wrap_daemon (a, "ulimit -f 300", "");
  attack_start (a);
  attack_wrap_daemon (a, NULL, NULL);
  for (guint i = 0; i < 400 && attack_is_alive (a); i++)
    {
      g_autoptr (AttackAnswer) answer =
          attack_ask (a, "POST", "/session", NULL, NULL, "{\"cwd\":\"/\"}");

      if (answer->status == 0)
        break;
    }
  said = attack_await_log (a, "sessions.db", 3000) && says_full (a);
  if (!attack_is_alive (a))
    attack_fail ("the daemon was killed by it");
  else if (!said)
    attack_fail ("nothing is said of it");
}

/* Directories of others */

typedef struct
{
  const char *name;
  const char *path; /* (nullable): below the test's directory */
  int mode;
  gboolean is_foreign;
  gboolean refused;
} ParentCase;

static const ParentCase parent_cases[] = {
  { "written-by-all", "config", 0777, FALSE, TRUE },
  { "written-by-a-group", "config", 0770, FALSE, TRUE },
  { "above-written-by-all", NULL, 0777, FALSE, TRUE },
  { "own-written-by-all", "config/mcp-sessiond", 0777, FALSE, TRUE },
  { "of-another-user", "config", 0755, TRUE, TRUE },
  { "sticky", "config", 01777, FALSE, FALSE },
  { "read-by-all", "config", 0755, FALSE, FALSE },
};

static void
test_parent (gconstpointer data)
{
  const ParentCase *parent = data;
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autofree char *path = parent->path != NULL ? e2e_build (a->e2e, parent->path)
                                               : g_strdup (test_dir_get_path (a->e2e->dir));
  g_autoptr (JsonObject) session = NULL;
  g_autoptr (GHashTable) tools = NULL;

  g_test_summary ("The daemon does not use a configuration that another user could replace");
  if (parent->is_foreign && geteuid () != 0)
    {
      g_test_skip ("only root can give a directory away");
      return;
    }
  attack_add_canned (a, "srv", NULL);
  attack_set_answer (a, "srv", "tools.list",
                     "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}");
  attack_write_servers (a);
  g_assert_cmpint (g_chmod (path, (mode_t) parent->mode), ==, 0);
  if (parent->is_foreign)
    g_assert_cmpint (chown (path, 65534, 65534), ==, 0);

  /* A daemon that refuses to start would be right as well. */
  if (!attack_adopt (a, e2e_spawn (a->e2e, G_SUBPROCESS_FLAGS_STDERR_PIPE, "run", NULL)))
    {
      if (!parent->refused)
        attack_fail ("the daemon does not start");
      return;
    }
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  tools = attack_list (a, session, "tools/list");
  if (g_hash_table_contains (tools, "srv__t") == parent->refused)
    attack_fail ("%s of mode %o: its servers are %s", path, (guint) parent->mode,
                 parent->refused ? "believed" : "refused");
  if (parent->refused && !attack_await_log (a, path, 1000))
    attack_fail ("nothing is said of %s", path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (row_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/07-rows/", row_cases[i].name, NULL);

      g_test_add_data_func (path, &row_cases[i], test_row);
    }
  g_test_add_func ("/attack/15-streams/all-closed", test_closed_streams);
  g_test_add_func ("/attack/15-streams/error-closed", test_closed_error);
  g_test_add_func ("/attack/16-database/removed", test_removed);
  g_test_add_func ("/attack/16-database/spoilt", test_spoilt);
  g_test_add_func ("/attack/16-database/replaced", test_replaced);
  g_test_add_func ("/attack/17-signals/hangup", test_hangup);
  g_test_add_func ("/attack/17-signals/file-size", test_file_size);
  for (gsize i = 0; i < G_N_ELEMENTS (parent_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/attack/19-parents/", parent_cases[i].name, NULL);

      g_test_add_data_func (path, &parent_cases[i], test_parent);
    }
  return g_test_run ();
}
