/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-poll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* Whatever is asked for takes less, on a busy machine too; a lost event, for
 * ever. */
#define PATIENCE_MS 60000
#define N_AT_ONCE   256

void
load_poll_init (LoadPoll *self)
{
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll < 0)
    g_error ("epoll_create1: %s", g_strerror (errno));
}

void
load_poll_clear (LoadPoll *self)
{
  close (self->epoll);
}

/**
 * load_poll_add:
 * @source: what the function of load_poll_turn() gets when @fd can be read
 */
void
load_poll_add (LoadPoll *self, int fd, gpointer source)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

  if (epoll_ctl (self->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
}

static int
wait (LoadPoll *self, int milliseconds, LoadReadyFunc ready, gpointer user_data)
{
  struct epoll_event events[N_AT_ONCE];
  int n = epoll_wait (self->epoll, events, N_AT_ONCE, milliseconds);

  for (int i = 0; i < n; i++)
    ready (events[i].data.ptr, user_data);
  return n;
}

/**
 * load_poll_turn:
 * @ready: (scope call): called for each descriptor that can be read
 *
 * Waits until one can be read. Ends the program where that takes too long.
 */
void
load_poll_turn (LoadPoll *self, LoadReadyFunc ready, gpointer user_data)
{
  if (wait (self, PATIENCE_MS, ready, user_data) == 0)
    g_error ("Nothing came for %d ms: an answer or an event is lost", PATIENCE_MS);
}

/**
 * load_poll_wait:
 * @ready: (scope call): called for each descriptor that can be read
 *
 * Waits until one can be read, however long that takes.
 */
void
load_poll_wait (LoadPoll *self, LoadReadyFunc ready, gpointer user_data)
{
  wait (self, -1, ready, user_data);
}

/**
 * load_poll_now:
 *
 * Returns: the monotonic time, in nanoseconds
 */
guint64
load_poll_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (guint64) now.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) now.tv_nsec;
}
