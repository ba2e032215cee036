/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* As much as a socket holds in most cases. */
#define BUFFER_BYTES (256 * 1024)

/**
 * load_connection_try:
 * @port: of 127.0.0.1
 *
 * Returns: a connected socket that does not block, or -1 where nobody listens
 */
int
load_connection_try (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;

  if (fd < 0)
    g_error ("socket: %s", g_strerror (errno));
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      close (fd);
      return -1;
    }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/**
 * load_connection_new:
 * @body: (nullable): gets the body of each answer
 *
 * Connects.
 */
LoadConnection *
load_connection_new (guint16 port, LoadBodyFunc body, gpointer user_data)
{
  LoadConnection *self = g_new0 (LoadConnection, 1);

  self->fd = load_connection_try (port);
  if (self->fd < 0)
    g_error ("Cannot connect to port %u: %s", port, g_strerror (errno));
  self->response.body = body;
  self->response.user_data = user_data;
  return self;
}

void
load_connection_free (LoadConnection *self)
{
  close (self->fd);
  load_response_clear (&self->response);
  g_free (self);
}

static void
await_room (LoadConnection *self)
{
  struct pollfd room = { .fd = self->fd, .events = POLLOUT };

  if (errno != EAGAIN && errno != EINTR)
    g_error ("A request could not be sent: %s", g_strerror (errno));
  poll (&room, 1, -1);
}

/**
 * load_connection_send:
 * @request: (array length=length): the next request; the last one has been answered
 */
void
load_connection_send (LoadConnection *self, const char *request, gsize length)
{
  load_response_begin (&self->response);
  while (length > 0)
    {
      ssize_t n = send (self->fd, request, length, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0)
        {
          await_room (self);
        }
      else
        {
          request += n;
          length -= (gsize) n;
        }
    }
}

/**
 * load_connection_read:
 *
 * Takes what has come, at most once.
 *
 * Returns: whether the answer is whole
 */
gboolean
load_connection_read (LoadConnection *self)
{
  static char buffer[BUFFER_BYTES];
  ssize_t n = recv (self->fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return FALSE;
  if (n <= 0)
    g_error ("The server closed a connection: %s", n < 0 ? g_strerror (errno) : "the end");
  if (load_response_take (&self->response, buffer, (gsize) n) != (gsize) n)
    g_error ("The server said more than was asked");
  if (load_response_has_head (&self->response) && self->response.status / 100 != 2)
    g_error ("The server answered %u", self->response.status);
  return self->response.state == LOAD_RESPONSE_DONE;
}
