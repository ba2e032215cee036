/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* After whatever it was, /health is answered that soon; a busy machine may miss it a few times. */
#define HEALTH_SECONDS 1
#define HEALTH_TRIES   5
/* GLib keeps some of a pool for a while after they had something to do. */
#define MAX_THREADS    24

Hostile *
hostile_new (const char *settings)
{
  Hostile *self = g_new0 (Hostile, 1);
  g_autoptr (GUri) uri = NULL;

  self->e2e = e2e_new (E2E_WITHOUT_BUS);
  e2e_use_test_server (self->e2e);
  if (settings != NULL)
    g_free (
        test_dir_write (self->e2e->dir, "config/mcp-sessiond/mcp-sessiond.conf", settings, 0600));
  e2e_start (self->e2e);

  uri = g_uri_parse (json_object_get_string_member (self->e2e->discovery, "url"), G_URI_FLAGS_NONE,
                     NULL);
  self->port = (guint16) g_uri_get_port (uri);
  self->socket_path = json_object_get_string_member (self->e2e->discovery, "socket");
  self->pid = (pid_t) atoi (g_subprocess_get_identifier (self->e2e->process));
  self->mine = e2e_create_session (self->e2e, "{\"cwd\":\"/\"}");
  self->other = e2e_create_session (self->e2e, "{\"cwd\":\"/\"}");
  self->before = hostile_get_state (self);
  return self;
}

void
hostile_free (Hostile *self)
{
  json_object_unref (self->mine);
  json_object_unref (self->other);
  e2e_free (self->e2e);
  g_free (self);
}

const char *
hostile_id (JsonObject *session)
{
  return json_object_get_string_member (session, "session_id");
}

const char *
hostile_token (JsonObject *session)
{
  return json_object_get_string_member (session, "token");
}

int
hostile_connect (Hostile *self, HostileWay way)
{
  if (way == HOSTILE_UNIX)
    return mcp_test_socket_connect_unix (self->socket_path);
  return way == HOSTILE_TCP6 ? mcp_test_socket_connect_tcp6 (self->port)
                             : mcp_test_socket_connect_tcp (self->port);
}

char *
hostile_ask (Hostile *self, HostileWay way, const char *data, gsize length)
{
  int fd = hostile_connect (self, way);
  char *answer;

  mcp_test_socket_send (fd, data, length);
  shutdown (fd, SHUT_WR);
  answer = mcp_test_socket_read_all (fd);
  close (fd);
  return answer;
}

guint
hostile_count (const char *text, const char *part)
{
  guint count = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at += strlen (part))
    count++;
  return count;
}

static guint
count_entries (pid_t pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int) pid, name);
  DIR *dir = opendir (path);
  struct dirent *entry;
  guint count = 0;

  g_assert_nonnull (dir);
  while ((entry = readdir (dir)) != NULL)
    count += g_ascii_isdigit (entry->d_name[0]);
  closedir (dir);
  return count;
}

static gboolean
is_child (const char *name, pid_t parent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", name);
  g_autofree char *text = NULL;
  const char *end;
  int ppid;
  char state;

  /* proc(5): the name, which may hold anything, ends at the last parenthesis */
  return g_file_get_contents (path, &text, NULL, NULL) && (end = strrchr (text, ')')) != NULL &&
         sscanf (end + 1, " %c %d", &state, &ppid) == 2 && ppid == parent;
}

static guint
count_children (pid_t parent)
{
  DIR *dir = opendir ("/proc");
  struct dirent *entry;
  guint count = 0;

  while ((entry = readdir (dir)) != NULL)
    count += g_ascii_isdigit (entry->d_name[0]) && is_child (entry->d_name, parent);
  closedir (dir);
  return count;
}

static guint
count_sessions (Hostile *self)
{
  static const char request[] = "GET /session HTTP/1.1\r\n" HOSTILE_HOST "\r\n";
  g_autofree char *answer = hostile_ask (self, HOSTILE_UNIX, request, sizeof request - 1);

  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
  return hostile_count (answer, "\"session_id\"");
}

HostileState
hostile_get_state (Hostile *self)
{
  guint n_sessions = count_sessions (self);

  return (HostileState){
    .n_fds = count_entries (self->pid, "fd"),
    .n_threads = count_entries (self->pid, "task"),
    .n_children = count_children (self->pid),
    .n_sessions = n_sessions,
  };
}

static gboolean
has_grown (const HostileState *before, const HostileState *now)
{
  return now->n_fds > before->n_fds || now->n_children > before->n_children ||
         now->n_sessions > before->n_sessions;
}

static gboolean
is_healthy (Hostile *self, HostileWay way)
{
  static const char request[] = "GET /health HTTP/1.1\r\n" HOSTILE_HOST "\r\n";
  int fd = hostile_connect (self, way);
  const struct timeval patience = { .tv_sec = HEALTH_SECONDS };
  char answer[1024] = "";
  ssize_t n;

  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  mcp_test_socket_send (fd, request, sizeof request - 1);
  n = recv (fd, answer, sizeof answer - 1, 0);
  close (fd);
  return n > 0 && mcp_test_socket_get_status (answer) == 200;
}

static void
assert_healthy (Hostile *self)
{
  for (HostileWay way = 0; way < HOSTILE_N_WAYS; way++)
    {
      guint n_tries = 1;

      while (!is_healthy (self, way))
        g_assert_cmpuint (n_tries++, <, HEALTH_TRIES);
    }
}

void
hostile_assert_unharmed (Hostile *self)
{
  gint64 until = g_get_monotonic_time () + MCP_TEST_PATIENCE_SECONDS * G_USEC_PER_SEC;
  HostileState now;

  /* What is on its way out goes meanwhile; each question gives it time. */
  do
    {
      assert_healthy (self);
      now = hostile_get_state (self);
    }
  while (has_grown (&self->before, &now) && g_get_monotonic_time () < until);

  g_assert_cmpuint (now.n_sessions, <=, self->before.n_sessions);
  g_assert_cmpuint (now.n_children, <=, self->before.n_children);
  g_assert_cmpuint (now.n_fds, <=, self->before.n_fds);
  g_assert_cmpuint (now.n_threads, <=, MAX_THREADS);
}
