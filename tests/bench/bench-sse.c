/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "e2e.h"
#include "event-burst.h"
#include "stream-reader.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * How many deliveries of events a second the daemon makes over HTTP, from a
 * program's POST to the bytes at each reader, next to a process that does
 * nothing but send a frame of the same length to each reader for each event,
 * in the same run. A ratio says the same on every machine. What the daemon
 * gains over that it gains by fewer system calls.
 */

/* With many readers the daemon must not do worse than half of the bare loop. */
#define MIN_RATIO_MANY 0.5
/* As the daemon frames the events of event-burst.c. */
#define FRAME_BYTES    165

typedef struct
{
  guint n_readers;
  guint n_events;
} Round;

static const Round rounds[] = { { 1, 20000 }, { 100, 10000 }, { 1000, 2000 } };

/* Raw. */

G_NORETURN static void
send_frames (int *fds, const Round *round)
{
  char frame[FRAME_BYTES];

  memset (frame, 'x', sizeof frame);
  for (guint i = 0; i < round->n_events; i++)
    for (guint k = 0; k < round->n_readers; k++)
      if (send (fds[2 * k], frame, sizeof frame, MSG_NOSIGNAL) != sizeof frame)
        _exit (1);
  _exit (0);
}

static double
run_raw (const Round *round)
{
  g_autofree int *fds = g_new (int, 2 * round->n_readers);
  guint64 n_left = (guint64) round->n_readers * round->n_events * FRAME_BYTES;
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  gint64 start_us;
  pid_t child;
  int status;

  for (guint i = 0; i < round->n_readers; i++)
    {
      struct epoll_event event = { .events = EPOLLIN };

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds + 2 * i), ==, 0);
      event.data.fd = fds[2 * i + 1];
      g_assert_cmpint (epoll_ctl (epoll, EPOLL_CTL_ADD, event.data.fd, &event), ==, 0);
    }

  start_us = g_get_monotonic_time ();
  child = fork ();
  if (child == 0)
    send_frames (fds, round);
  while (n_left > 0)
    {
      struct epoll_event events[256];
      char buffer[65536];
      int n_events = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n_events; i++)
        {
          ssize_t n = recv (events[i].data.fd, buffer, sizeof buffer, MSG_DONTWAIT);

          g_assert_cmpint (n, >, 0);
          n_left -= (guint64) n;
        }
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);

  for (guint i = 0; i < 2 * round->n_readers; i++)
    close (fds[i]);
  close (epoll);
  return (double) (g_get_monotonic_time () - start_us);
}

/* Ours. */

typedef struct
{
  int epoll;
  GPtrArray *readers;
} Readers;

static void
read_on (gpointer user_data)
{
  Readers *self = user_data;
  struct epoll_event events[256];
  int n_events = epoll_wait (self->epoll, events, G_N_ELEMENTS (events), 1);

  for (int i = 0; i < n_events; i++)
    stream_reader_read (events[i].data.ptr);
}

static gboolean
is_done (Readers *self, guint n_events)
{
  for (guint i = 0; i < self->readers->len; i++)
    if (stream_reader_get_accounted (self->readers->pdata[i]) < n_events)
      return FALSE;
  return TRUE;
}

static void
open_readers (Readers *self, const Round *round, const char *socket_path, const char *session_id)
{
  guint n_open = 0;

  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) stream_reader_free);
  for (guint i = 0; i < round->n_readers; i++)
    {
      StreamReader *reader = stream_reader_open (socket_path, session_id);
      struct epoll_event event = { .events = EPOLLIN, .data.ptr = reader };

      g_ptr_array_add (self->readers, reader);
      g_assert_cmpint (epoll_ctl (self->epoll, EPOLL_CTL_ADD, reader->fd, &event), ==, 0);
    }
  while (n_open < round->n_readers)
    {
      read_on (self);
      n_open = 0;
      for (guint i = 0; i < round->n_readers; i++)
        n_open += ((StreamReader *) self->readers->pdata[i])->in_head ? 0 : 1;
    }
}

static double
run_daemon (const Round *round, E2e *e2e, guint64 *n_missed)
{
  const char *socket_path = json_object_get_string_member (e2e->discovery, "socket");
  g_autoptr (JsonObject) session = e2e_create_session (e2e, "{\"cwd\":\"/\"}");
  const char *session_id = json_object_get_string_member (session, "session_id");
  int fd = stream_reader_connect (socket_path);
  Readers readers;
  gint64 start_us;
  double spent_us;

  open_readers (&readers, round, socket_path, session_id);
  start_us = g_get_monotonic_time ();
  for (guint first = 0; first < round->n_events; first += EVENT_BURST_MAX)
    event_burst_post (fd, session_id, first, EVENT_BURST_MAX, read_on, &readers);
  while (!is_done (&readers, round->n_events))
    read_on (&readers);
  spent_us = (double) (g_get_monotonic_time () - start_us);

  *n_missed = 0;
  for (guint i = 0; i < round->n_readers; i++)
    *n_missed += ((StreamReader *) readers.readers->pdata[i])->n_missed;
  g_ptr_array_unref (readers.readers);
  close (readers.epoll);
  close (fd);
  return spent_us;
}

int
main (int argc, char **argv)
{
  E2e *e2e = e2e_new (E2E_WITHOUT_BUS);
  int status = 0;

  e2e_start (e2e);
  for (gsize i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      double n_deliveries = (double) rounds[i].n_readers * rounds[i].n_events;
      guint64 n_missed;
      double raw_us = run_raw (&rounds[i]);
      double ours_us = run_daemon (&rounds[i], e2e, &n_missed);

      g_print (
          "%5u readers: %7.0f thousand deliveries/s, %5.2f times the bare loop's; missed %.2f %%\n",
          rounds[i].n_readers, n_deliveries / ours_us * 1000, raw_us / ours_us,
          100.0 * (double) n_missed / n_deliveries);
      if (rounds[i].n_readers > 1 && raw_us / ours_us < MIN_RATIO_MANY)
        status = 1;
    }
  e2e_free (e2e);
  return status;
}
