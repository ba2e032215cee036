/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_IDLE    5000
#define N_SLOW    200
#define N_ORPHANS 300
#define N_STALLED 20
#define OTHER_UID 65533
#define HEALTH    "GET /health HTTP/1.1\r\n" HOSTILE_HOST "\r\n"

/* How many descriptors the test itself may still open. */
static guint
count_room (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  return (guint) MIN (limit.rlim_cur, 1000000) - 100;
}

static void
test_idle (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  guint n = MIN (N_IDLE, count_room ());
  g_autofree int *fds = g_new (int, n);

  g_test_summary ("Thousands of connections that say nothing keep nobody from being served");
  for (guint i = 0; i < n; i++)
    fds[i] = hostile_connect (h, i % HOSTILE_N_WAYS);
  for (HostileWay way = 0; way < HOSTILE_N_WAYS; way++)
    {
      g_autofree char *answer = hostile_ask (h, way, HEALTH, strlen (HEALTH));

      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
    }
  for (guint i = 0; i < n; i++)
    close (fds[i]);
  hostile_assert_unharmed (h);
}

static void
test_slow (void)
{
  static const char *const beginnings[] = {
    "GET /hea",
    "POST /session HTTP/1.1\r\n" HOSTILE_HOST "Content-Length: 100\r\n\r\n{",
    "POST /mcp HTTP/1.1\r\n" HOSTILE_HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "GET /health HTTP/1.1\r\n" HOSTILE_HOST "X: ",
  };
  g_autoptr (Hostile) h = hostile_new ("[Limits]\nHeadSeconds=1\nBodySeconds=1\n");
  int fds[N_SLOW];

  g_test_summary ("Who never ends a request is told so, and let go");
  for (guint i = 0; i < N_SLOW; i++)
    {
      fds[i] = hostile_connect (h, i % HOSTILE_N_WAYS);
      mcp_test_socket_send_text (fds[i], beginnings[i % G_N_ELEMENTS (beginnings)]);
    }
  for (guint i = 0; i < N_SLOW; i++)
    {
      g_autofree char *answer = mcp_test_socket_read_all (fds[i]);

      g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 408);
      close (fds[i]);
    }
  hostile_assert_unharmed (h);
}

static char *
build_progress (Hostile *h, const char *body)
{
  return g_strdup_printf ("POST /session/%s/progress HTTP/1.1\r\n" HOSTILE_HOST
                          "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n%s",
                          hostile_id (h->mine), hostile_token (h->mine), strlen (body), body);
}

static void
publish (Hostile *h, const char *body)
{
  g_autofree char *request = build_progress (h, body);
  g_autofree char *answer = hostile_ask (h, HOSTILE_UNIX, request, strlen (request));

  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 202);
}

static int
open_events (Hostile *h)
{
  g_autofree char *request =
      g_strdup_printf ("GET /session/%s/events HTTP/1.1\r\n" HOSTILE_HOST
                       "Authorization: Bearer %s\r\nLast-Event-ID: 0\r\n\r\n",
                       hostile_id (h->mine), hostile_token (h->mine));
  int fd = hostile_connect (h, HOSTILE_TCP4);

  mcp_test_socket_send_text (fd, request);
  return fd;
}

static void
test_stalled (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *filler = g_strnfill (60000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"progress\":1,\"message\":\"%s\"}", filler);
  int stalled[N_STALLED], reader;
  g_autofree char *text = NULL;

  g_test_summary ("Watchers that read nothing hold up nobody, and are not cut off");
  for (guint i = 0; i < N_STALLED; i++)
    {
      stalled[i] = open_events (h);
      g_free (mcp_test_socket_read_until (stalled[i], "\r\n\r\n"));
    }
  for (guint i = 0; i < 200; i++)
    publish (h, body);
  reader = open_events (h);
  g_free (mcp_test_socket_read_until (reader, "\r\n\r\n"));
  publish (h, "{\"progress\":2,\"message\":\"the last\"}");
  text = mcp_test_socket_read_until (reader, "the last");
  g_assert_nonnull (strstr (text, "the last"));

  g_free (text);
  text = mcp_test_socket_read_until (stalled[0], "the last");
  g_assert_nonnull (strstr (text, "event: lagged"));
  close (reader);
  for (guint i = 0; i < N_STALLED; i++)
    close (stalled[i]);
  hostile_assert_unharmed (h);
}

static void
leave (int fd, guint how)
{
  if (how % 3 == 0)
    mcp_test_socket_reset (fd);
  else
    {
      if (how % 3 == 1)
        shutdown (fd, SHUT_WR);
      close (fd);
    }
}

static void
test_every_byte (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *request = build_progress (h, "{\"progress\":1,\"message\":\"half\"}");
  gsize length = strlen (request);

  g_test_summary ("A client may leave after every byte that it sends, or is sent");
  for (gsize i = 0; i <= length; i++)
    {
      int fd = hostile_connect (h, i % HOSTILE_N_WAYS);

      mcp_test_socket_send (fd, request, i);
      leave (fd, (guint) i);
    }
  for (guint i = 0; i < 4; i++)
    publish (h, "{\"progress\":1,\"message\":\"something to read\"}");
  for (guint i = 1; i < 400; i++)
    {
      int fd = open_events (h);
      g_autofree char *buffer = g_malloc (i);

      if (recv (fd, buffer, i, MSG_WAITALL) < 0)
        g_error ("recv: %s", g_strerror (errno));
      leave (fd, i);
    }
  hostile_assert_unharmed (h);
}

static void
test_orphans (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);

  g_test_summary ("A socket whose process has let go of it makes no session");
  /* all of them are there, and gone, before the daemon looks */
  g_assert_cmpint (kill (h->pid, SIGSTOP), ==, 0);
  for (guint i = 0; i < N_ORPHANS; i++)
    {
      int fd = hostile_connect (h, i % 2 == 0 ? HOSTILE_TCP4 : HOSTILE_TCP6);

      mcp_test_socket_send_text (fd, "POST /session HTTP/1.1\r\n" HOSTILE_HOST
                                     "Content-Length: 0\r\n\r\n");
      close (fd);
    }
  g_assert_cmpint (kill (h->pid, SIGCONT), ==, 0);
  hostile_assert_unharmed (h);

  for (guint i = 0; i < N_ORPHANS; i++)
    {
      int fd = hostile_connect (h, i % HOSTILE_N_WAYS);

      mcp_test_socket_send_text (fd, HEALTH HEALTH);
      leave (fd, i);
    }
  hostile_assert_unharmed (h);
}

typedef enum
{
  STRANGER_USER,
  STRANGER_USER_NAMESPACE,
  STRANGER_NETWORK_NAMESPACE,
} Stranger;

/* What a stranger's process comes to: an exit status. */
enum
{
  CAME_IN = 0,
  WAS_REFUSED = 1,
  COULD_NOT_CONNECT = 2,
  COULD_NOT_BECOME = 3,
};

static gboolean
become (Stranger stranger)
{
  switch (stranger)
    {
    case STRANGER_USER:
      return setgid (OTHER_UID) == 0 && setuid (OTHER_UID) == 0;
    case STRANGER_USER_NAMESPACE:
      return unshare (CLONE_NEWUSER) == 0;
    case STRANGER_NETWORK_NAMESPACE:
      return unshare (CLONE_NEWNET) == 0;
    default:
      return FALSE;
    }
}

static int
connect_as_stranger (Hostile *h, HostileWay way)
{
  struct sockaddr_in in = { .sin_family = AF_INET,
                            .sin_port = htons (h->port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct sockaddr_un un = { .sun_family = AF_UNIX };
  int fd = socket (way == HOSTILE_UNIX ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

  g_strlcpy (un.sun_path, h->socket_path, sizeof un.sun_path);
  if (way == HOSTILE_UNIX)
    return connect (fd, (struct sockaddr *) &un, sizeof un) == 0 ? fd : -1;
  return connect (fd, (struct sockaddr *) &in, sizeof in) == 0 ? fd : -1;
}

/* In a process of its own. */
static int
try_stranger (Hostile *h, Stranger stranger, HostileWay way, const char *request)
{
  char buffer[1024] = "";
  int fd;

  if (!become (stranger))
    return COULD_NOT_BECOME;
  fd = connect_as_stranger (h, way);
  if (fd < 0)
    return COULD_NOT_CONNECT;
  if (send (fd, request, strlen (request), MSG_NOSIGNAL) < 0 ||
      recv (fd, buffer, sizeof buffer - 1, 0) <= 0)
    return WAS_REFUSED;
  return g_str_has_prefix (buffer, "HTTP/1.1 200") ? CAME_IN : WAS_REFUSED;
}

static int
run_stranger (Hostile *h, Stranger stranger, HostileWay way, const char *request)
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    _exit (try_stranger (h, stranger, way, request));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_other_user (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  g_autofree char *stolen = g_strdup_printf ("GET /session/%s HTTP/1.1\r\n" HOSTILE_HOST
                                             "Authorization: Bearer %s\r\n\r\n",
                                             hostile_id (h->mine), hostile_token (h->mine));
  const char *const requests[] = {
    HEALTH,
    "POST /session HTTP/1.1\r\n" HOSTILE_HOST "Content-Length: 0\r\n\r\n",
    stolen,
  };

  g_test_summary ("Another user gets nothing, not even with a stolen token");
  if (geteuid () != 0)
    {
      g_test_skip ("Only root can become another user");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_assert_cmpint (run_stranger (h, STRANGER_USER, HOSTILE_TCP4, requests[i]), ==, WAS_REFUSED);
      g_assert_cmpint (run_stranger (h, STRANGER_USER, HOSTILE_UNIX, requests[i]), ==,
                       COULD_NOT_CONNECT);
    }
  hostile_assert_unharmed (h);
}

static void
test_namespaces (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  int in_user = run_stranger (h, STRANGER_USER_NAMESPACE, HOSTILE_TCP4, HEALTH);
  int in_net = run_stranger (h, STRANGER_NETWORK_NAMESPACE, HOSTILE_TCP4, HEALTH);

  g_test_summary ("In a user namespace our user is who he was; from another network nobody comes");
  if (in_user == COULD_NOT_BECOME || in_net == COULD_NOT_BECOME)
    {
      g_test_skip ("This system gives us no namespaces");
      return;
    }
  g_assert_cmpint (in_user, ==, CAME_IN);
  g_assert_cmpint (in_net, ==, COULD_NOT_CONNECT);
  hostile_assert_unharmed (h);
}

static void
set_descriptors (Hostile *h, rlim_t n)
{
  const struct rlimit limit = { n, n };

  g_assert_cmpint (prlimit (h->pid, RLIMIT_NOFILE, &limit, NULL), ==, 0);
}

#define CALL                                                                                     \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"test__echo\"," \
  "\"arguments\":{\"text\":\"x\"}}}"

static void
test_descriptors (void)
{
  g_autoptr (Hostile) h = hostile_new (NULL);
  int kept = hostile_connect (h, HOSTILE_TCP4), fds[60];
  g_autofree char *call =
      g_strdup_printf ("POST /mcp HTTP/1.1\r\n" HOSTILE_HOST "Authorization: Bearer %s\r\n"
                       "Accept: application/json, text/event-stream\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n" CALL,
                       hostile_token (h->mine), strlen (CALL));
  g_autofree char *answer = NULL;

  g_test_summary ("Without descriptors the daemon serves those it has, says what it cannot do, and "
                  "takes others again when it can");
  mcp_test_socket_send_text (kept, HEALTH);
  g_free (mcp_test_socket_read_until (kept, "}"));
  set_descriptors (h, hostile_get_state (h).n_fds + 20);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = hostile_connect (h, HOSTILE_UNIX);

  mcp_test_socket_send_text (kept, HEALTH);
  answer = mcp_test_socket_read_until (kept, "}");
  g_assert_cmpuint (mcp_test_socket_get_status (answer), ==, 200);
  mcp_test_socket_send_text (kept, call);
  g_free (answer);
  answer = mcp_test_socket_read_until (kept, "}}");
  g_assert_nonnull (strstr (answer, "\"code\":-32603"));

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
  close (kept);
  hostile_assert_unharmed (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/connections/idle", test_idle);
  g_test_add_func ("/hostile/connections/slow", test_slow);
  g_test_add_func ("/hostile/connections/stalled", test_stalled);
  g_test_add_func ("/hostile/connections/every-byte", test_every_byte);
  g_test_add_func ("/hostile/connections/orphans", test_orphans);
  g_test_add_func ("/hostile/connections/other-user", test_other_user);
  g_test_add_func ("/hostile/connections/namespaces", test_namespaces);
  g_test_add_func ("/hostile/connections/descriptors", test_descriptors);
  return g_test_run ();
}
