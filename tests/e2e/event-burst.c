/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "event-burst.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static char *
make_events (guint first, guint n_events)
{
  GString *body = g_string_new ("[");

  for (guint i = 0; i < n_events; i++)
    g_string_append_printf (
        body,
        "%s{\"token\":1,\"progress\":%u,\"message\":\"step %u of a burst\",\"tool\":\"scale__burst\"}",
        i == 0 ? "" : ",", first + i, first + i);
  g_string_append_c (body, ']');
  return g_string_free (body, FALSE);
}

/* The daemon takes all of a request before it publishes any of it: writing may block. */
static void
send_all (int fd, const char *text)
{
  gsize length = strlen (text);
  gsize n_sent = 0;

  while (n_sent < length)
    {
      ssize_t n = send (fd, text + n_sent, length - n_sent, MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      n_sent += (gsize) n;
    }
}

/*
 * Publishes an array of events over a connection to the daemon's socket, as the
 * owner; while the answer is awaited, wait() is called, in which the readers go on.
 */
void
event_burst_post (int fd,
                  const char *session_id,
                  guint first,
                  guint n_events,
                  EventBurstWaitFunc wait,
                  gpointer user_data)
{
  g_autofree char *body = make_events (first, n_events);
  g_autofree char *text =
      g_strdup_printf ("POST /session/%s/progress HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/json\r\n"
                       "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                       session_id, strlen (body), body);
  char answer[1024] = "";
  gsize length = 0;

  send_all (fd, text);
  while (strstr (answer, "{\"accepted\":") == NULL)
    {
      ssize_t n = recv (fd, answer + length, sizeof answer - length - 1, MSG_DONTWAIT);

      g_assert_true (n > 0 || (n < 0 && errno == EAGAIN));
      length += n > 0 ? (gsize) n : 0;
      answer[length] = '\0';
      wait (user_data);
    }
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 202 "));
}
