/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Worst cases that any process of the user can make by what it holds: the daemon looks through
 * /proc for the process of a TCP client that shows no token.
 */
#include "stall.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The client holds as much as each of the others, which makes four. */
#define N_HOLDERS  3
#define N_REQUESTS 5

static void
hold (Attack *attack, gpointer user_data)
{
  for (;;)
    pause ();
}

static int
connect_tcp (Attack *attack)
{
  const char *url = json_object_get_string_member (attack->e2e->discovery, "url");
  const struct timeval patience = { .tv_sec = attack->patience_seconds };
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_port = htons ((guint16) strtoul (strrchr (url, ':') + 1, NULL, 10));
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    _exit (1);
  return fd;
}

/* Each on a connection of its own, whose process is not known yet. */
static void
ask_without_token (Attack *attack, gpointer user_data)
{
  static const char initialize[] =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
      "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}";

  for (guint i = 0; i < N_REQUESTS; i++)
    {
      int fd = connect_tcp (attack);
      AttackAnswer *answer;

      if (i % 2 == 0)
        attack_send_request (fd, "POST", "/mcp", NULL, NULL, initialize);
      else
        attack_send_request (fd, "POST", "/session", NULL, NULL, "{}");
      answer = attack_read_answer (fd);
      if (answer->status != 200)
        _exit (1);
      close (fd);
    }
}

/* Returns: how many descriptors a process may have now */
static rlim_t
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

/* As many as may be, where that is less than @n. */
static GArray *
open_descriptors (guint n)
{
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (int));
  guint max = (guint) MIN (n, raise_limit () - 100);
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  while (fds->len < max && fd >= 0)
    {
      g_array_append_val (fds, fd);
      fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
    }
  if (fd >= 0)
    close (fd);
  return fds;
}

static void
search_for_clients (Stall *stall)
{
  g_autoptr (GArray) fds = open_descriptors (stall->size / (N_HOLDERS + 1));
  pid_t holders[N_HOLDERS], client;
  int status;

  for (guint i = 0; i < N_HOLDERS; i++)
    holders[i] = attack_fork (stall->attack, hold, NULL);
  client = attack_fork (stall->attack, ask_without_token, NULL);
  waitpid (client, &status, 0);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    attack_fail ("a client without a token did not get in");
  for (guint i = 0; i < N_HOLDERS; i++)
    attack_reap (holders[i]);
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
}

/* Each begins a request, so that none is idle. */
static void
begin_requests (Attack *attack, gpointer user_data)
{
  static const char beginning[] = "GET /health HTTP/1.1\r\n";
  const guint n = GPOINTER_TO_UINT (user_data);

  for (guint i = 0; i < n; i++)
    attack_send (connect_tcp (attack), beginning, sizeof beginning - 1);
}

static void
connect_beyond_limit (Stall *stall)
{
  pid_t client;

  raise_limit ();
  client =
      attack_fork (stall->attack, begin_requests, GUINT_TO_POINTER (stall->size + stall->size / 4));
  waitpid (client, NULL, 0);
}

const StallCase stall_process_cases[] = {
  { "clients-among-many-descriptors", "any program of the user",
    "%u descriptors, and TCP clients without a token", 40000, 60000, E2E_WITHOUT_BUS, NULL,
    search_for_clients, NULL },
  { "connections-beyond-the-limit", "any client",
    "%u connections of one client, which all begin a request, and a quarter more", 8192, 8192,
    E2E_WITHOUT_BUS, NULL, connect_beyond_limit, NULL },
  { NULL },
};
