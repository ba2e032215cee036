/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-fixture.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GET_HELLO "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define OTHER_UID 65533
#define N_LEAVING 2000
#define N_IDLE    500

static void
assert_hello (int fd)
{
  g_autofree char *text = NULL;

  mcp_test_socket_send_text (fd, GET_HELLO);
  text = mcp_test_socket_read_answer (fd);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "hello");
}

static gboolean
has_ipv6 (void)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean works = fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0;

  if (fd >= 0)
    close (fd);
  return works;
}

static void
test_ipv6 (HttpFixture *f, gconstpointer data)
{
  int fd;

  g_test_summary ("The same port serves 127.0.0.1 and ::1");
  if (!has_ipv6 ())
    {
      g_test_skip ("There is no IPv6 here");
      return;
    }
  fd = mcp_test_socket_connect_tcp6 (f->port);
  assert_hello (fd);
  close (fd);
}

static void
test_taken (HttpFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint16 other;

  g_test_summary ("A port in use is a clear error, and any other one can be asked for");
  g_assert_cmpuint (mcp_http_listener_add_tcp (f->listener, f->port, &error), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);

  other = mcp_http_listener_add_tcp (f->listener, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (other, !=, f->port);
}

static void
test_taken_ipv6_only (HttpFixture *f, gconstpointer data)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  socklen_t length = sizeof address;
  g_autoptr (GError) error = NULL;
  int fd;

  g_test_summary ("A port that somebody has on ::1 alone is in use: clients would go there");
  if (!has_ipv6 ())
    {
      g_test_skip ("There is no IPv6 here");
      return;
    }
  fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpuint (mcp_http_listener_add_tcp (f->listener, ntohs (address.sin6_port), &error), ==,
                    0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  close (fd);
}

static void
test_restart (HttpFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint16 port = f->port;
  int fd = http_connect (f);

  g_test_summary ("A port can be taken again at once after connections were closed on it");
  assert_hello (fd);
  mcp_http_listener_close (f->listener);
  g_assert_finalize_object (g_steal_pointer (&f->listener));
  close (fd);
  http_fixture_listen (f);
  g_assert_cmpuint (mcp_http_listener_add_tcp (f->listener, port, &error), ==, port);
  g_assert_no_error (error);
}

static void
test_unix_mode (HttpFixture *f, gconstpointer data)
{
  struct stat status;
  mode_t old_mask = umask (0);
  g_autofree char *path = g_build_filename (f->directory, "other.sock", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The socket is its owner's alone, whatever the umask, and goes at the end");
  g_assert_true (mcp_http_listener_add_unix (f->listener, path, &error));
  g_assert_no_error (error);
  umask (old_mask);
  g_assert_cmpint (lstat (path, &status), ==, 0);
  g_assert_true (S_ISSOCK (status.st_mode));
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  mcp_http_listener_stop (f->listener);
  g_assert_cmpint (lstat (path, &status), ==, -1);
}

static void
test_unix_paths (HttpFixture *f, gconstpointer data)
{
  g_autofree char *file = g_build_filename (f->directory, "file", NULL);
  g_autofree char *filling = g_strnfill (200, 'x');
  g_autofree char *long_path = g_build_filename (f->directory, filling, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A live socket, another file, an impossible path are errors and stay");
  g_assert_false (mcp_http_listener_add_unix (f->listener, f->socket_path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_true (g_file_test (f->socket_path, G_FILE_TEST_EXISTS));

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_false (mcp_http_listener_add_unix (f->listener, file, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (file), ==, 0);

  g_assert_false (mcp_http_listener_add_unix (f->listener, long_path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_clear_error (&error);
  g_assert_false (mcp_http_listener_add_unix (f->listener, "relative", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
}

static void
test_unix_stale (HttpFixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->directory, "stale.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) left =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;
  int fd;

  g_test_summary ("A socket that a crash left behind is replaced");
  g_assert_true (g_socket_bind (left, address, FALSE, NULL));
  g_assert_true (g_socket_listen (left, NULL));
  g_assert_true (g_socket_close (left, NULL));
  g_assert_true (mcp_http_listener_add_unix (f->listener, path, &error));
  g_assert_no_error (error);
  fd = mcp_test_socket_connect_unix (path);
  assert_hello (fd);
  close (fd);

  /* and one that is another's by now is not ours to remove */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  mcp_http_listener_stop (f->listener);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_leaving (HttpFixture *f, gconstpointer data)
{
  guint n_before;
  int first = http_connect (f);

  g_test_summary ("Clients that leave take their descriptors with them");
  assert_hello (first);
  close (first);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);

  n_before = mcp_test_count_fds ();
  for (guint i = 0; i < N_LEAVING; i++)
    {
      int fd = i % 2 == 0 ? http_connect (f) : mcp_test_socket_connect_unix (f->socket_path);

      assert_hello (fd);
      close (fd);
    }
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);
  g_assert_cmpuint (mcp_test_count_fds (), ==, n_before);
  g_assert_cmpuint (f->n_exchanges, ==, N_LEAVING + 1);
}

static void
test_idle (HttpFixture *f, gconstpointer data)
{
  g_autofree int *fds = g_new (int, N_IDLE);
  struct rlimit limit;

  g_test_summary ("Hundreds of idle connections are no burden, and each is served when it asks");
  /* who has said nothing yet is not let go while the others connect */
  f->limits.head_seconds = 600;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2 * N_IDLE + 100)
    {
      limit.rlim_cur = MIN (limit.rlim_max, 2 * N_IDLE + 100);
      setrlimit (RLIMIT_NOFILE, &limit);
    }

  for (guint i = 0; i < N_IDLE; i++)
    fds[i] = http_connect (f);
  for (guint i = 0; i < N_IDLE; i++)
    assert_hello (fds[i]);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, N_IDLE);
  for (guint i = N_IDLE; i > 0; i--)
    {
      assert_hello (fds[i - 1]);
      close (fds[i - 1]);
    }
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 0);
}

static void
test_eviction (HttpFixture *f, gconstpointer data)
{
  int fds[5];

  g_test_summary ("When the house is full, who has been idle longest goes");
  f->limits.connections = 4;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  for (guint i = 0; i < 4; i++)
    {
      fds[i] = http_connect (f);
      assert_hello (fds[i]);
    }
  assert_hello (fds[0]);

  fds[4] = http_connect (f);
  assert_hello (fds[4]);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 4);
  g_assert_true (mcp_test_socket_is_closed (fds[1]));
  assert_hello (fds[0]);
  assert_hello (fds[2]);
  for (guint i = 0; i < 5; i++)
    close (fds[i]);
}

typedef struct
{
  gboolean over_tcp;
  const char *request; /* of the greedy process on each of its connections; may be unfinished */
} SharesCase;

/* Another process, which holds three connections until @control is closed. */
static pid_t
fork_greedy (HttpFixture *f, const SharesCase *c, int *control)
{
  int ends[2];
  pid_t child;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      char byte;

      close (ends[0]);
      for (guint i = 0; i < 3; i++)
        {
          int fd = c->over_tcp ? http_connect (f) : mcp_test_socket_connect_unix (f->socket_path);

          if (write (fd, c->request, strlen (c->request)) != (ssize_t) strlen (c->request))
            _exit (1);
        }
      _exit (read (ends[1], &byte, 1) == 0 ? 0 : 1);
    }
  close (ends[1]);
  *control = ends[0];
  return child;
}

static void
test_shares (HttpFixture *f, gconstpointer data)
{
  const SharesCase *c = data;
  int busy = mcp_test_socket_connect_unix (f->socket_path), newcomer, control, status;
  pid_t child;

  g_test_summary ("In a full house the process with the most connections makes room");
  f->limits.connections = 4;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  mcp_test_socket_send_text (busy, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  AWAIT (f->paused != NULL);
  child = fork_greedy (f, c, &control);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) == 4);

  newcomer = mcp_test_socket_connect_unix (f->socket_path);
  assert_hello (newcomer);
  g_assert_false (mcp_test_socket_is_closed (busy));
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 4);

  close (control);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  soup_server_message_unpause (f->paused);
  close (busy);
  close (newcomer);
}

static const SharesCase shares_cases[] = {
  { FALSE, GET_HELLO },
  { TRUE, GET_HELLO },
  { FALSE, "GET /hello HTTP/1.1\r\n" },
  { TRUE, "GET /hello HTTP/1.1\r\n" },
};

#define UNFINISHED "GET /hello HTTP/1.1\r\n"

static void
test_equal_shares (HttpFixture *f, gconstpointer data)
{
  const SharesCase *c = data;
  pid_t children[3];
  int controls[3];
  int newcomer;

  g_test_summary ("Where several processes hold all connections between them, nobody more than "
                  "half, one of them makes room all the same");
  f->limits.connections = 9;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = fork_greedy (f, c, &controls[i]);
  AWAIT (mcp_http_listener_get_n_connections (f->listener) >= (c->over_tcp ? 8 : 9));

  newcomer = mcp_test_socket_connect_unix (f->socket_path);
  assert_hello (newcomer);
  close (newcomer);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    close (controls[i]);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    g_assert_cmpint (waitpid (children[i], NULL, 0), ==, children[i]);
}

static const SharesCase equal_cases[] = { { FALSE, UNFINISHED }, { TRUE, UNFINISHED } };

static void
test_kept_for_unix (HttpFixture *f, gconstpointer data)
{
  int fds[8];

  g_test_summary ("TCP clients leave a few connections to the Unix socket");
  f->limits.connections = 8;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  for (guint i = 0; i < 7; i++)
    {
      fds[i] = http_connect (f);
      assert_hello (fds[i]);
    }
  fds[7] = http_connect (f);
  assert_hello (fds[7]);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 7);
  close (fds[0]);
  fds[0] = mcp_test_socket_connect_unix (f->socket_path);
  assert_hello (fds[0]);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 8);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
test_full (HttpFixture *f, gconstpointer data)
{
  int busy = -1, refused;
  g_autofree char *text = NULL;
  g_autofree char *answer = NULL;

  g_test_summary ("When all are busy, a new client is told so and can read it; then there is room");
  f->limits.connections = 1;
  mcp_http_listener_set_limits (f->listener, &f->limits);
  busy = http_connect (f);
  mcp_test_socket_send_text (busy, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  AWAIT (f->paused != NULL);

  refused = http_connect (f);
  mcp_test_socket_send_text (refused, GET_HELLO);
  text = mcp_test_socket_read_all (refused);
  g_assert_cmpuint (mcp_test_socket_get_status (text), ==, 503);
  g_assert_nonnull (strstr (text, "\"service_unavailable\""));
  g_assert_nonnull (strstr (text, "\r\nRetry-After: 1\r\n"));
  close (refused);

  soup_server_message_unpause (f->paused);
  answer = mcp_test_socket_read_answer (busy);
  g_assert_cmpstr (mcp_test_socket_get_body (answer), ==, "at last");
  mcp_test_settle ();
  refused = http_connect (f);
  assert_hello (refused);
  g_assert_true (mcp_test_socket_is_closed (busy));
  close (busy);
  close (refused);
}

static void
test_stop (HttpFixture *f, gconstpointer data)
{
  int idle = http_connect (f), busy = http_connect (f);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (f->port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int late = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autofree char *nothing = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Stopping lets nobody in, closes who waits, and completes what is in progress");
  assert_hello (idle);
  mcp_test_socket_send_text (busy, "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  AWAIT (f->paused != NULL);
  mcp_http_listener_stop (f->listener);

  g_assert_cmpint (connect (late, (struct sockaddr *) &address, sizeof address), ==, -1);
  g_assert_cmpint (errno, ==, ECONNREFUSED);
  nothing = mcp_test_socket_read_all (idle);
  g_assert_cmpstr (nothing, ==, "");
  soup_server_message_unpause (f->paused);
  text = mcp_test_socket_read_all (busy);
  g_assert_cmpstr (mcp_test_socket_get_body (text), ==, "at last");
  g_assert_nonnull (strstr (text, "\r\nConnection: close\r\n"));
  close (late);
  close (idle);
  close (busy);
}

/* Another user's client; its exit status says whether it read a 403. */
static void
ask_as_other (guint16 port, const char *path)
{
  char buffer[4096] = { 0 };
  gsize n_read = 0;
  gssize n;
  int fd;

  if (setresuid (OTHER_UID, OTHER_UID, OTHER_UID) < 0)
    _exit (10);
  fd = path != NULL ? mcp_test_socket_connect_unix (path) : mcp_test_socket_connect_tcp (port);
  if (send (fd, GET_HELLO, strlen (GET_HELLO), MSG_NOSIGNAL) < 0)
    _exit (11);
  while ((n = read (fd, buffer + n_read, sizeof buffer - 1 - n_read)) > 0)
    n_read += (gsize) n;
  if (n < 0)
    _exit (12);
  _exit (mcp_test_socket_get_status (buffer) == 403 && strstr (buffer, "\"forbidden\"") != NULL
             ? 0
             : 13);
}

static void
check_other_user (HttpFixture *f, const char *path)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    ask_as_other (f->port, path);
  AWAIT (waitpid (child, &status, WNOHANG) == child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpuint (f->n_exchanges, ==, 0);
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f->listener), ==, 0);
}

static void
test_other_user (HttpFixture *f, gconstpointer data)
{
  g_test_summary ("Another user's process gets a 403 that it can read, and nothing else");
  if (geteuid () != 0)
    {
      g_test_skip ("Needs root, to become another user");
      return;
    }

  check_other_user (f, NULL);
  /* the real directory keeps others out; here the door is opened to see what is behind it */
  g_assert_cmpint (g_chmod (f->directory, 0711), ==, 0);
  g_assert_cmpint (g_chmod (f->socket_path, 0666), ==, 0);
  check_other_user (f, f->socket_path);
}

/* The clients are in the listening socket's queue already when the descriptors end. */
static void
run_out_of_descriptors (void)
{
  HttpFixture f = { 0 };
  struct rlimit limit, low;
  int fds[20], last, fd;
  guint n_closed = 0;

  http_fixture_set_up (&f, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = http_connect (&f);
  last = dup (fds[0]);
  close (last);

  getrlimit (RLIMIT_NOFILE, &limit);
  low = (struct rlimit){ (rlim_t) last + 5, limit.rlim_max };
  setrlimit (RLIMIT_NOFILE, &low);
  /* five come in, the others are turned away one by one */
  while (n_closed < 2)
    {
      mcp_test_await_step (mcp_test_await_begin (), "a client that is turned away");
      n_closed = 0;
      for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
        n_closed += mcp_test_socket_is_closed (fds[i]) ? 1 : 0;
    }
  g_assert_cmpuint (mcp_http_listener_get_n_connections (f.listener), ==, 5);
  g_assert_cmpuint (mcp_http_listener_get_n_accept_errors (f.listener), >=, 2);
  assert_hello (fds[0]);

  setrlimit (RLIMIT_NOFILE, &limit);
  fd = http_connect (&f);
  assert_hello (fd);
  assert_hello (fds[G_N_ELEMENTS (fds) - 1]);
  close (fd);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  http_fixture_tear_down (&f, NULL);
}

static void
test_no_descriptors (void)
{
  g_test_summary (
      "Without descriptors clients are turned away, and it goes on when there are some");
  if (g_test_subprocess ())
    {
      run_out_of_descriptors ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

#define ADD(name, func)                                                             \
  g_test_add ("/http/listener/" name, HttpFixture, NULL, http_fixture_set_up, func, \
              http_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("ipv6", test_ipv6);
  ADD ("port-in-use", test_taken);
  ADD ("port-in-use-ipv6", test_taken_ipv6_only);
  ADD ("restart", test_restart);
  ADD ("unix-mode", test_unix_mode);
  ADD ("unix-paths", test_unix_paths);
  ADD ("unix-stale", test_unix_stale);
  ADD ("leaving", test_leaving);
  ADD ("idle", test_idle);
  ADD ("eviction", test_eviction);
  ADD ("full", test_full);
  for (guint i = 0; i < G_N_ELEMENTS (shares_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http/listener/shares/%u", i);

      g_test_add (path, HttpFixture, &shares_cases[i], http_fixture_set_up, test_shares,
                  http_fixture_tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (equal_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http/listener/equal-shares/%u", i);

      g_test_add (path, HttpFixture, &equal_cases[i], http_fixture_set_up, test_equal_shares,
                  http_fixture_tear_down);
    }
  ADD ("kept-for-unix", test_kept_for_unix);
  ADD ("stop", test_stop);
  ADD ("other-user", test_other_user);
  g_test_add_func ("/http/listener/no-descriptors", test_no_descriptors);

  return g_test_run ();
}
