/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A blocking connection to the daemon's socket. */
int
stream_reader_connect (const char *socket_path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (g_strlcpy (address.sun_path, socket_path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

/* Opens a stream over the Unix socket, as the owner; the head of the answer is read with the rest.
 */
StreamReader *
stream_reader_open (const char *socket_path, const char *session_id)
{
  StreamReader *self = g_new0 (StreamReader, 1);
  g_autofree char *request =
      g_strdup_printf ("GET /session/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n", session_id);

  self->in_head = TRUE;
  self->pending = g_string_new (NULL);
  self->fd = stream_reader_connect (socket_path);
  g_assert_cmpint (write (self->fd, request, strlen (request)), ==, (gssize) strlen (request));
  g_assert_cmpint (fcntl (self->fd, F_SETFL, O_NONBLOCK), ==, 0);
  return self;
}

void
stream_reader_free (StreamReader *self)
{
  close (self->fd);
  g_string_free (self->pending, TRUE);
  g_free (self->closed_reason);
  g_free (self);
}

static void
take_frame (StreamReader *self, char *frame)
{
  if (g_str_has_prefix (frame, "id: "))
    {
      guint64 sequence = g_ascii_strtoull (frame + strlen ("id: "), NULL, 10);

      /* What lies between two events was announced: nothing vanishes unsaid. */
      g_assert_cmpuint (sequence, ==, self->n_events + self->n_missed + 1);
      self->last_sequence = sequence;
      self->n_events++;
    }
  else if (g_str_has_prefix (frame, "event: lagged\ndata: {\"missed\":"))
    {
      const char *number = strrchr (frame, ':') + 1;

      self->n_missed += g_ascii_strtoull (number + (*number == ' '), NULL, 10);
    }
  else if (g_str_has_prefix (frame, "event: closed\n"))
    {
      self->closed_reason = g_strdup (strstr (frame, "data: ") + strlen ("data: "));
    }
  else
    {
      g_assert_cmpint (frame[0], ==, ':');
    }
}

static void
take_frames (StreamReader *self)
{
  char *start = self->pending->str;
  char *end;

  if (self->in_head)
    {
      end = strstr (start, "\r\n\r\n");
      if (end == NULL)
        return;
      g_assert_true (g_str_has_prefix (start, "HTTP/1.1 200 "));
      self->in_head = FALSE;
      start = end + strlen ("\r\n\r\n");
    }

  while ((end = strstr (start, "\n\n")) != NULL)
    {
      *end = '\0';
      take_frame (self, start);
      start = end + strlen ("\n\n");
    }
  g_string_erase (self->pending, 0, start - self->pending->str);
}

/* Takes what has come, without waiting. */
void
stream_reader_read (StreamReader *self)
{
  char buffer[65536];
  ssize_t length;

  while ((length = read (self->fd, buffer, sizeof buffer)) > 0)
    {
      g_string_append_len (self->pending, buffer, length);
      take_frames (self);
    }
  if (length == 0)
    self->ended = TRUE;
  else
    g_assert_true (errno == EAGAIN || errno == EINTR);
}

/* Events that were seen, or whose loss was announced. */
guint64
stream_reader_get_accounted (StreamReader *self)
{
  return self->n_events + self->n_missed;
}
