/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Making listening sockets. They are non-blocking, and not inherited by children.
 */
#include "http/connection/mcp-http-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A burst of clients waits here. Where the queue is too short, each client that does not fit waits
 * a second, until it sends its SYN again. */
#define BACKLOG        4096
/* A port that the kernel picked for IPv4 may be taken for IPv6. */
#define MAX_PORT_TRIES 64

static int
fail_with_errno (GError **error, int fd, const char *what, const char *name)
{
  int error_number = errno;

  if (fd >= 0)
    close (fd);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number), "%s %s: %s", what, name,
               g_strerror (error_number));
  return -1;
}

static int
listen_inet (const struct sockaddr *address, socklen_t length, const char *name, GError **error)
{
  const int on = 1;
  int fd = socket (address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

  if (fd < 0)
    return fail_with_errno (error, fd, "Cannot make a socket for", name);

  /* Otherwise a restart would have to wait for the TIME_WAIT of the last connections. */
  if (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      (address->sa_family == AF_INET6 &&
       setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) ||
      bind (fd, address, length) < 0 || listen (fd, BACKLOG) < 0)
    return fail_with_errno (error, fd, "Cannot listen on", name);

  return fd;
}

static int
listen_ipv4 (guint16 port, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  g_autofree char *name = g_strdup_printf ("127.0.0.1:%u", port);

  return listen_inet ((struct sockaddr *) &address, sizeof address, name, error);
}

static int
listen_ipv6 (guint16 port, GError **error)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6,
                                  .sin6_port = htons (port),
                                  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  g_autofree char *name = g_strdup_printf ("[::1]:%u", port);

  return listen_inet ((struct sockaddr *) &address, sizeof address, name, error);
}

static guint16
get_port (int fd)
{
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &length) < 0)
    return 0;
  return ntohs (address.sin_port);
}

/* A kernel without IPv6, or one that has it switched off for the loopback. */
static gboolean
is_ipv6_missing (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED) ||
         g_error_matches (error, G_IO_ERROR, g_io_error_from_errno (EADDRNOTAVAIL)) ||
         g_error_matches (error, G_IO_ERROR, g_io_error_from_errno (EAFNOSUPPORT));
}

static gboolean
try_port (guint16 wanted, int fds[MCP_HTTP_MAX_TCP_SOCKETS], guint16 *port, GError **error)
{
  g_autoptr (GError) ipv6_error = NULL;

  fds[1] = -1;
  fds[0] = listen_ipv4 (wanted, error);
  if (fds[0] < 0)
    return FALSE;

  *port = get_port (fds[0]);
  fds[1] = listen_ipv6 (*port, &ipv6_error);
  if (fds[1] >= 0)
    return TRUE;
  if (is_ipv6_missing (ipv6_error))
    {
      g_info ("There is no IPv6 loopback here: %s", ipv6_error->message);
      return TRUE;
    }

  close (fds[0]);
  g_propagate_error (error, g_steal_pointer (&ipv6_error));
  return FALSE;
}

/**
 * mcp_http_socket_listen_tcp:
 * @port: the port; 0: any that is free
 * @fds: (out caller-allocates): the sockets; the second one is -1 without IPv6
 * @error: return location
 *
 * Listens on 127.0.0.1 and, where the machine has it, ::1, on the same port: one that
 * another user's process could take would get our clients' tokens.
 *
 * Errors: %G_IO_ERROR_ADDRESS_IN_USE, others of %G_IO_ERROR.
 *
 * Returns: the port; 0 on error
 */
guint16
mcp_http_socket_listen_tcp (guint16 port, int fds[MCP_HTTP_MAX_TCP_SOCKETS], GError **error)
{
  for (guint i = 0; i < MAX_PORT_TRIES; i++)
    {
      g_autoptr (GError) local_error = NULL;
      guint16 found = 0;

      if (try_port (port, fds, &found, &local_error))
        return found;
      if (port != 0 || i + 1 == MAX_PORT_TRIES ||
          !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return 0;
        }
    }

  g_return_val_if_reached (0);
}

/* Removes a socket that nobody listens on. A socket in use, or another file, stays. */
static gboolean
remove_stale (const struct sockaddr_un *address, GError **error)
{
  struct stat status;
  int fd, outcome, error_number;

  if (lstat (address->sun_path, &status) < 0)
    {
      if (errno == ENOENT)
        return TRUE;
      fail_with_errno (error, -1, "Cannot look at", address->sun_path);
      return FALSE;
    }
  if (!S_ISSOCK (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s exists and is no socket",
                   address->sun_path);
      return FALSE;
    }

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  outcome = fd < 0 ? -1 : connect (fd, (const struct sockaddr *) address, sizeof *address);
  error_number = errno;
  if (fd >= 0)
    close (fd);

  if (outcome == 0 || error_number != ECONNREFUSED)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "%s is in use", address->sun_path);
      return FALSE;
    }
  if (unlink (address->sun_path) < 0 && errno != ENOENT)
    {
      fail_with_errno (error, -1, "Cannot remove the old socket", address->sun_path);
      return FALSE;
    }
  return TRUE;
}

/**
 * mcp_http_socket_listen_unix:
 * @path: absolute, in a directory that only its owner can enter
 * @error: return location
 *
 * Listens on a Unix socket with mode 0600. A socket left behind at that path is replaced.
 *
 * Errors: %G_IO_ERROR_ADDRESS_IN_USE when somebody listens there, %G_IO_ERROR_EXISTS
 * when something else is there, %G_IO_ERROR_INVALID_FILENAME when the path does not
 * fit a socket address, others of %G_IO_ERROR.
 *
 * Returns: the socket; -1 on error
 */
int
mcp_http_socket_listen_unix (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (path[0] != '/' || strlen (path) >= sizeof address.sun_path)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                   "%s cannot be a socket: it must be absolute and shorter than %zu bytes", path,
                   sizeof address.sun_path);
      return -1;
    }

  memcpy (address.sun_path, path, strlen (path));
  if (!remove_stale (&address, error))
    return -1;

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  /* unix(7) on Linux: bind() gives the file the socket's mode, less the umask */
  if (fd < 0 || fchmod (fd, S_IRUSR | S_IWUSR) < 0 ||
      bind (fd, (struct sockaddr *) &address, sizeof address) < 0 ||
      chmod (path, S_IRUSR | S_IWUSR) < 0 || listen (fd, BACKLOG) < 0)
    return fail_with_errno (error, fd, "Cannot listen on", path);

  return fd;
}

/* Whether a socket that another program made is one that the daemon could have made: a loopback
 * port, or a file. */
static gboolean
read_address (int fd, guint16 *port, char **path)
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_un local;
    struct sockaddr_storage storage;
  } address = { 0 };
  socklen_t length = sizeof address;

  if (getsockname (fd, &address.any, &length) < 0)
    return FALSE;

  switch (address.any.sa_family)
    {
    case AF_INET:
      *port = ntohs (address.ipv4.sin_port);
      return address.ipv4.sin_addr.s_addr == htonl (INADDR_LOOPBACK);
    case AF_INET6:
      *port = ntohs (address.ipv6.sin6_port);
      return IN6_IS_ADDR_LOOPBACK (&address.ipv6.sin6_addr);
    case AF_UNIX:
      /* unix(7): abstract names begin with a zero byte, and have no permissions */
      if (length <= offsetof (struct sockaddr_un, sun_path) || address.local.sun_path[0] != '/')
        return FALSE;
      *path = g_strndup (address.local.sun_path, length - offsetof (struct sockaddr_un, sun_path));
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_listening_stream (int fd)
{
  int type = 0, listening = 0;
  socklen_t length = sizeof type;

  if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || type != SOCK_STREAM)
    return FALSE;

  length = sizeof listening;
  return getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

/**
 * mcp_http_socket_adopt:
 * @fd: a descriptor that somebody else made
 * @port: (out): of a TCP socket; 0: it is a Unix socket
 * @path: (out) (transfer full) (nullable): of a Unix socket
 * @error: return location
 *
 * Checks that a socket is one that the daemon could have made itself, and makes it non-blocking and
 * not inherited. The backlog is set as for the daemon's own sockets.
 *
 * Errors: %G_IO_ERROR_INVALID_ARGUMENT for anything but a listening stream socket on a loopback
 * address or a path, others of %G_IO_ERROR.
 *
 * Returns: whether it can be used; if not, it stays the caller's to close
 */
gboolean
mcp_http_socket_adopt (int fd, guint16 *port, char **path, GError **error)
{
  g_autofree char *own_path = NULL;
  int flags;

  *port = 0;
  *path = NULL;
  if (!is_listening_stream (fd) || !read_address (fd, port, &own_path))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "It is no listening socket on a loopback address or a path");
      return FALSE;
    }

  flags = fcntl (fd, F_GETFL);
  if (flags < 0 || fcntl (fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
      fcntl (fd, F_SETFD, FD_CLOEXEC) < 0 || listen (fd, BACKLOG) < 0)
    {
      fail_with_errno (error, -1, "Cannot use", "the socket");
      return FALSE;
    }

  *path = g_steal_pointer (&own_path);
  return TRUE;
}
