/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is charged: one program does not take what all need, and the owner always
 * gets in.
 */
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Clocks */

/* The daemon's clocks can be put on; FALSE: not here. */
static gboolean
prepare_clock (Attack *a)
{
  const char *shim = g_getenv ("MCP_TEST_TIME_SHIM");
  const gint64 nothing = 0;
  g_autofree char *path = e2e_build (a->e2e, "clock");

  if (shim == NULL)
    {
      g_test_skip ("the daemon's clock cannot be put on here");
      return FALSE;
    }
  g_assert_true (g_file_set_contents (path, (const char *) &nothing, sizeof nothing, NULL));
  g_setenv ("MCP_TEST_CLOCK", path, TRUE);
  g_setenv ("LD_PRELOAD", shim, TRUE);
  return TRUE;
}

static void
start_with_clock (Attack *a)
{
  attack_start (a);
  g_unsetenv ("LD_PRELOAD");
}

static void
advance_clock (Attack *a, gint64 seconds)
{
  g_autofree char *path = e2e_build (a->e2e, "clock");
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (fd, &seconds, sizeof seconds, 0), ==, sizeof seconds);
  close (fd);
}

/* Sessions */

typedef struct
{
  int ready[2]; /* a pipe: the child says that it is done */
  guint n;
} Greed;

static void
tell_parent (Greed *greed)
{
  if (write (greed->ready[1], "x", 1) != 1)
    _exit (1);
}

/* Makes sessions until there is no room, and stays. */
static void
take_sessions (Attack *a, gpointer user_data)
{
  Greed *greed = user_data;
  guint status = 200;

  for (guint i = 0; i < greed->n && status == 200; i++)
    {
      AttackAnswer *answer = attack_ask (a, "POST", "/session", NULL, NULL, "{\"cwd\":\"/\"}");

      status = answer->status;
      attack_answer_free (answer);
    }
  tell_parent (greed);
  for (;;)
    pause ();
}

static pid_t
begin_greed (Attack *a, Greed *greed, AttackChild func)
{
  pid_t pid;
  char byte;

  g_assert_cmpint (pipe2 (greed->ready, O_CLOEXEC), ==, 0);
  pid = attack_fork (a, func, greed);
  close (greed->ready[1]);
  if (read (greed->ready[0], &byte, 1) != 1)
    attack_fail ("the greedy program has ended");
  close (greed->ready[0]);
  return pid;
}

static guint
ask_status (Attack *a, const char *method, const char *path, const char *token, const char *body)
{
  g_autoptr (AttackAnswer) answer = attack_ask (a, method, path, token, NULL, body);

  g_test_message ("%s %s: %u %.200s", method, path, answer->status,
                  answer->body != NULL ? answer->body : "no answer");
  return answer->status;
}

static void
test_sessions (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) used = NULL;
  g_autofree char *path = NULL;
  Greed greed = { .n = 100 };
  pid_t pid;

  g_test_summary (
      "When one program has made all sessions that there may be, those that it never used "
      "make room after a minute");
  attack_set_settings (a, "[Limits]\nSessions=20\n");
  if (!prepare_clock (a))
    return;
  start_with_clock (a);
  used = attack_create_session (a, "{\"cwd\":\"/\"}");
  path = g_strconcat ("/session/", attack_id (used), NULL);
  g_assert_cmpuint (ask_status (a, "GET", path, attack_token (used), NULL), ==, 200);
  pid = begin_greed (a, &greed, take_sessions);

  advance_clock (a, 61);
  for (guint i = 0; i < 5; i++)
    {
      guint status = ask_status (a, "POST", "/session", NULL, "{\"cwd\":\"/\"}");

      if (status != 200)
        attack_fail ("another program's session %u: %u", i + 1, status);
    }
  if (ask_status (a, "GET", path, attack_token (used), NULL) != 200)
    attack_fail ("a session that was in use made room");
  attack_reap (pid);
}

/* Connections */

static int
connect_tcp (Attack *a)
{
  g_autoptr (GUri) uri = g_uri_parse (json_object_get_string_member (a->e2e->discovery, "url"),
                                      G_URI_FLAGS_NONE, NULL);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((guint16) g_uri_get_port (uri)),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    _exit (1);
  return fd;
}

typedef struct
{
  Greed greed;
  char *path;
  const char *token;
} StreamGreed;

/* Opens streams of events, reads their heads, and stays. */
static void
take_connections (Attack *a, gpointer user_data)
{
  StreamGreed *streams = user_data;

  for (guint i = 0; i < streams->greed.n; i++)
    {
      char head[1024];
      int fd = connect_tcp (a);

      attack_send_request (fd, "GET", streams->path, streams->token, NULL, NULL);
      if (recv (fd, head, sizeof head, 0) <= 0)
        _exit (1);
    }
  tell_parent (&streams->greed);
  for (;;)
    pause ();
}

static void
test_connections (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  StreamGreed streams = { .greed.n = 10 };
  pid_t pids[3];

  g_test_summary ("The owner gets in over the Unix socket, whoever holds the connections");
  attack_set_settings (a, "[Limits]\nConnections=30\n");
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  streams.path = g_strdup_printf ("/session/%s/events", attack_id (session));
  streams.token = attack_token (session);
  for (guint i = 0; i < 3; i++)
    pids[i] = begin_greed (a, &streams.greed, (AttackChild) take_connections);
  for (guint i = 0; i < 3; i++)
    if (ask_status (a, "GET", "/session", NULL, NULL) != 200)
      attack_fail ("try %u: the owner does not get in", i + 1);
  for (guint i = 0; i < 3; i++)
    attack_reap (pids[i]);
  g_free (streams.path);
}

/* Servers */

static void
test_idle_servers (void)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) late = NULL;
  g_autoptr (JsonObject) response = NULL;

  g_test_summary ("When all server processes are taken, one that is idle makes room");
  attack_set_settings (a, "[Limits]\nUpstreamProcesses=4\n");
  attack_add_canned (a, "srv", NULL);
  attack_set_answer (a, "srv", "tools.list",
                     "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{}}]}");
  attack_start (a);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (JsonObject) session = attack_create_session (a, "{\"cwd\":\"/\"}");
      g_autoptr (JsonObject) called = attack_call (a, session, "srv__t");

      g_assert_cmpstr (attack_get_text (called), ==, "srv:t");
    }
  late = attack_create_session (a, "{\"cwd\":\"/\"}");
  response = attack_call (a, late, "srv__t");
  if (strcmp (attack_get_text (response), "srv:t") != 0)
    attack_fail ("the fifth session's call: %s", attack_get_text (response));
}

/* History */

#define N_CALLS   100000
#define N_QUERIES 100

static void
fill_history (Attack *a, JsonObject *session)
{
  g_autofree char *path = e2e_build (a->e2e, "state/mcp-sessiond/sessions.db");
  g_autofree char *sql = g_strdup_printf (
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
      " INSERT INTO call (number, session_id, tool, provider, started_at, duration_ms, state)"
      " SELECT i, '%s', 'a__tool', 'a', 1790000000000000 + i, 1, 'ok' FROM n",
      N_CALLS, attack_id (session));
  char *message = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s", message);
  sqlite3_close (db);
}

/* Holds the daemon, so that whatever is sent meanwhile is there when it goes on. */
static void
hold_daemon (Attack *a)
{
  siginfo_t info;

  g_assert_cmpint (kill (a->pid, SIGSTOP), ==, 0);
  g_assert_cmpint (waitid (P_PID, (id_t) a->pid, &info, WSTOPPED), ==, 0);
}

static void
watch (int epoll_fd, int fd)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = fd };

  g_assert_cmpint (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event), ==, 0);
}

/* How many others are answered before @fd. epoll tells of descriptors in the order in which they
 * became ready, however late this program is to ask. */
static guint
count_answered_before (Attack *a, int epoll_fd, int fd)
{
  const int patience_ms = (int) a->patience_seconds * 1000;
  struct epoll_event event;
  guint n = 0;

  for (;;)
    {
      int n_ready = epoll_wait (epoll_fd, &event, 1, patience_ms);

      if (n_ready < 0 && errno == EINTR)
        continue;
      g_assert_cmpint (n_ready, ==, 1);
      if (event.data.fd == fd)
        return n;
      n++;
    }
}

/* Asks for a session behind queries that the daemon has not begun with: it need not wait for them.
 * The database answers some while the daemon still reads the rest, more where sanitizers make that
 * slow; in one queue, nearly all come first. */
static void
check_passes (Attack *a, int epoll_fd)
{
  int fd = attack_connect (a);
  g_autoptr (AttackAnswer) answer = NULL;
  guint n_before;

  attack_send_request (fd, "POST", "/session", NULL, NULL, "{\"cwd\":\"/\"}");
  watch (epoll_fd, fd);
  kill (a->pid, SIGCONT);
  n_before = count_answered_before (a, epoll_fd, fd);
  answer = attack_read_answer (fd);
  close (fd);

  g_test_message ("POST /session: %u after %u queries of another", answer->status, n_before);
  if (answer->status != 200)
    attack_fail ("POST /session: %u", answer->status);
  if (n_before > N_QUERIES / 2)
    attack_fail ("it waited for %u queries of another session", n_before);
}

static void
test_history (gconstpointer query)
{
  g_autoptr (Attack) a = attack_new (E2E_WITHOUT_BUS);
  g_autoptr (JsonObject) session = NULL;
  g_autofree char *path = NULL;
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  int fds[N_QUERIES];

  g_test_summary ("One session's questions about its history hold up nobody else");
  attack_start (a);
  session = attack_create_session (a, "{\"cwd\":\"/\"}");
  attack_end (a, SIGTERM);
  fill_history (a, session);
  attack_start (a);

  path = g_strdup_printf ("/session/%s/calls?%s", attack_id (session), (const char *) query);
  /* What the database does at a start is done before its first answer. */
  g_assert_cmpuint (ask_status (a, "GET", path, attack_token (session), NULL), ==, 200);
  hold_daemon (a);
  for (guint i = 0; i < N_QUERIES; i++)
    {
      fds[i] = attack_connect (a);
      attack_send_request (fds[i], "GET", path, attack_token (session), NULL, NULL);
      watch (epoll_fd, fds[i]);
    }
  check_passes (a, epoll_fd);
  for (guint i = 0; i < N_QUERIES; i++)
    close (fds[i]);
  close (epoll_fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attack/11-shares/sessions", test_sessions);
  g_test_add_func ("/attack/11-shares/connections", test_connections);
  g_test_add_func ("/attack/11-shares/idle-servers", test_idle_servers);
  g_test_add_data_func ("/attack/12-history/tool", "tool=nope", test_history);
  g_test_add_data_func ("/attack/12-history/state", "state=error", test_history);
  g_test_add_data_func ("/attack/12-history/tool-and-state", "tool=a__tool&state=error",
                        test_history);
  return g_test_run ();
}
