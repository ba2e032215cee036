/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-socket.h"

#include "mcp-test-await.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
connect_to (int family, const void *address, gsize length)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  /* The kernel completes the connection; nobody needs to accept it. */
  if (connect (fd, address, (socklen_t) length) != 0)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

int
mcp_test_socket_connect_tcp (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return connect_to (AF_INET, &address, sizeof address);
}

int
mcp_test_socket_connect_tcp6 (guint16 port)
{
  struct sockaddr_in6 address = { .sin6_family = AF_INET6,
                                  .sin6_port = htons (port),
                                  .sin6_addr = IN6ADDR_LOOPBACK_INIT };

  return connect_to (AF_INET6, &address, sizeof address);
}

int
mcp_test_socket_connect_unix (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  return connect_to (AF_UNIX, &address, sizeof address);
}

/**
 * mcp_test_socket_send:
 * @fd: a socket
 * @data: what to send
 * @length: number of bytes
 *
 * Sends all of it, or until the other side has closed: that it may, and a test sees the answer.
 */
void
mcp_test_socket_send (int fd, const char *data, gsize length)
{
  gint64 deadline = mcp_test_await_begin ();

  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno != EAGAIN)
        return;
      if (n < 0)
        {
          mcp_test_await_step (deadline, "room to send");
          continue;
        }
      data += n;
      length -= (gsize) n;
    }
}

void
mcp_test_socket_send_text (int fd, const char *text)
{
  mcp_test_socket_send (fd, text, strlen (text));
}

/**
 * mcp_test_socket_receive:
 * @fd: a socket
 * @buffer: (out caller-allocates): where the bytes go
 * @size: of @buffer
 *
 * Waits for bytes.
 *
 * Returns: number of bytes; 0 or less: the end, in order or by a reset
 */
gssize
mcp_test_socket_receive (int fd, char *buffer, gsize size)
{
  gint64 deadline = mcp_test_await_begin ();
  gssize n;

  while ((n = recv (fd, buffer, size, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
    mcp_test_await_step (deadline, "an answer");
  return n;
}

/**
 * mcp_test_socket_read_all:
 * @fd: a socket
 *
 * Returns: (transfer full): all bytes until the other side closes; a reset is an end, too
 */
char *
mcp_test_socket_read_all (int fd)
{
  return mcp_test_socket_read_until (fd, NULL);
}

/**
 * mcp_test_socket_read_until:
 * @fd: a socket
 * @end: (nullable): what to wait for; %NULL: the end
 *
 * Returns: (transfer full): the bytes until @end is among them, or until the other side closes
 */
char *
mcp_test_socket_read_until (int fd, const char *end)
{
  GString *text = g_string_new (NULL);
  gsize overlap = end != NULL ? strlen (end) : 0, searched = 0;
  char buffer[65536];
  gssize n;

  while (end == NULL || strstr (text->str + searched, end) == NULL)
    {
      searched = text->len > overlap ? text->len - overlap : 0;
      n = mcp_test_socket_receive (fd, buffer, sizeof buffer);
      if (n <= 0)
        break;
      g_string_append_len (text, buffer, n);
    }
  return g_string_free (text, FALSE);
}

/**
 * mcp_test_socket_read_answer:
 * @fd: a socket
 *
 * Returns: (transfer full): one HTTP answer, with a Content-Length or without a body, and no byte
 *   more
 */
char *
mcp_test_socket_read_answer (int fd)
{
  GString *text = g_string_new (NULL);
  gsize length = 0;
  const char *field;
  char c;

  while (!g_str_has_suffix (text->str, "\r\n\r\n") && mcp_test_socket_receive (fd, &c, 1) == 1)
    g_string_append_c (text, c);

  field = strstr (text->str, "Content-Length: ");
  if (field != NULL)
    length = (gsize) g_ascii_strtoull (field + strlen ("Content-Length: "), NULL, 10);
  length += text->len;
  while (text->len < length)
    {
      char buffer[4096];
      gssize n = mcp_test_socket_receive (fd, buffer, MIN (sizeof buffer, length - text->len));

      if (n <= 0)
        break;
      g_string_append_len (text, buffer, n);
    }
  return g_string_free (text, FALSE);
}

gboolean
mcp_test_socket_is_closed (int fd)
{
  char c;
  gssize n = recv (fd, &c, 1, MSG_DONTWAIT | MSG_PEEK);

  return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Leaves at once, without a FIN. */
void
mcp_test_socket_reset (int fd)
{
  const struct linger at_once = { .l_onoff = 1 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (fd);
}

/* The status of an HTTP answer; 0: it is none. */
guint
mcp_test_socket_get_status (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ")
             ? (guint) g_ascii_strtoull (answer + strlen ("HTTP/1.1 "), NULL, 10)
             : 0;
}

const char *
mcp_test_socket_get_body (const char *answer)
{
  const char *end = strstr (answer, "\r\n\r\n");

  return end != NULL ? end + 4 : "";
}
