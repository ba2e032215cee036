/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * reference-epoll PORT: the least that a server on 127.0.0.1 can do: no checks, no limits, one
 * recv() and one send() a request, one send() to each watcher for each POST.
 *
 *   GET /health     a fixed answer
 *   GET /events     an event stream
 *   POST …          the lines of its body are events, for all event streams
 */

#define BUFFER_BYTES (256 * 1024)
#define N_AT_ONCE    256

typedef struct
{
  int fd;
  GString *input;
  gboolean is_watcher;
} Peer;

static GPtrArray *watchers;
static int epoll;

#define HEALTH \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}"
#define STREAM_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define ACCEPTED    "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

static void
send_all (int fd, const char *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = send (fd, data, length, MSG_NOSIGNAL);

      if (n < 0 && errno != EINTR)
        return;
      data += n > 0 ? n : 0;
      length -= n > 0 ? (gsize) n : 0;
    }
}

static void
peer_close (Peer *peer)
{
  if (peer->is_watcher)
    g_ptr_array_remove_fast (watchers, peer);
  close (peer->fd);
  g_string_free (peer->input, TRUE);
  g_free (peer);
}

static void
publish (const char *body, gsize length)
{
  g_autoptr (GString) frames = g_string_sized_new (length + 64);
  const char *end = body + length;

  while (body < end)
    {
      const char *stop = memchr (body, '\n', (gsize) (end - body));

      stop = stop != NULL ? stop : end;
      g_string_append (frames, "data: ");
      g_string_append_len (frames, body, stop - body);
      g_string_append (frames, "\n\n");
      body = stop + 1;
    }
  for (guint i = 0; i < watchers->len; i++)
    send_all (((Peer *) watchers->pdata[i])->fd, frames->str, frames->len);
}

static void
answer (Peer *peer, const char *body, gsize length)
{
  gboolean is_post = g_str_has_prefix (peer->input->str, "POST");
  const char *text = is_post ? ACCEPTED : HEALTH;

  if (g_str_has_prefix (peer->input->str, "GET /events"))
    {
      peer->is_watcher = TRUE;
      g_ptr_array_add (watchers, peer);
      text = STREAM_HEAD;
    }
  send_all (peer->fd, text, strlen (text));
  if (is_post)
    publish (body, length);
}

/* Returns whether there was a whole request. */
static gboolean
take_request (Peer *peer)
{
  char *end = strstr (peer->input->str, "\r\n\r\n");
  char *field = strstr (peer->input->str, "Content-Length: ");
  gsize length = 0;
  gsize whole;

  if (end == NULL)
    return FALSE;
  if (field != NULL && field < end)
    length = (gsize) g_ascii_strtoull (field + strlen ("Content-Length: "), NULL, 10);
  whole = (gsize) (end + 4 - peer->input->str) + length;
  if (peer->input->len < whole)
    return FALSE;
  answer (peer, end + 4, length);
  g_string_erase (peer->input, 0, (gssize) whole);
  return TRUE;
}

static void
read_peer (Peer *peer)
{
  static char buffer[BUFFER_BYTES];
  ssize_t n = recv (peer->fd, buffer, sizeof buffer, 0);

  if (n <= 0)
    {
      peer_close (peer);
      return;
    }
  g_string_append_len (peer->input, buffer, n);
  while (take_request (peer))
    ;
}

static void
watch (int fd, gpointer source)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

  if (epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
}

static void
accept_peer (int listener)
{
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  Peer *peer;
  int yes = 1;

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  peer = g_new0 (Peer, 1);
  peer->fd = fd;
  peer->input = g_string_sized_new (0);
  watch (fd, peer);
}

static int
listen_on (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 4096) != 0)
    g_error ("Port %u: %s", port, g_strerror (errno));
  return fd;
}

static void
raise_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

int
main (int argc, char **argv)
{
  struct epoll_event events[N_AT_ONCE];
  int listener;

  raise_limit ();
  watchers = g_ptr_array_new ();
  epoll = epoll_create1 (EPOLL_CLOEXEC);
  listener = listen_on ((guint16) g_ascii_strtoull (argc > 1 ? argv[1] : "0", NULL, 10));
  watch (listener, NULL);
  for (;;)
    {
      int n = epoll_wait (epoll, events, N_AT_ONCE, -1);

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.ptr == NULL)
            accept_peer (listener);
          else
            read_peer (events[i].data.ptr);
        }
    }
}
