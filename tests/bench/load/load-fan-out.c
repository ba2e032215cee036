/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-audience.h"
#include "load-meter.h"
#include "load-publisher.h"
#include "load-script.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Events from some publishers to many watchers: as fast as they go, or so many a second. */

typedef struct
{
  LoadPoll poll;
  LoadAudience audience;
  GPtrArray *publishers;
  int timer;         /* -1: as fast as they go */
  guint64 n_events;  /* sent so far */
  guint64 n_allowed; /* by the timer */
  guint64 n_least;
  guint64 n_ahead; /* how many the watchers may be behind */
  guint64 end_ns;
} FanOut;

static void
read_timer (FanOut *self)
{
  guint64 n_expirations;

  if (read (self->timer, &n_expirations, sizeof n_expirations) == sizeof n_expirations)
    self->n_allowed += n_expirations;
}

static void
read_source (gpointer source, gpointer user_data)
{
  FanOut *self = user_data;

  if (source == self)
    read_timer (self);
  else if (g_ptr_array_find (self->publishers, source, NULL))
    load_publisher_read (source);
  else
    load_audience_read (source);
}

static gboolean
may_post (FanOut *self)
{
  guint64 n_watchers = self->audience.watchers->len;

  if (self->timer >= 0)
    return self->n_events < self->n_allowed;
  return self->n_events * n_watchers < self->audience.n_deliveries + self->n_ahead * n_watchers;
}

static void
post (FanOut *self)
{
  for (guint i = 0; i < self->publishers->len; i++)
    {
      LoadPublisher *publisher = self->publishers->pdata[i];

      if (publisher->is_idle && may_post (self))
        load_publisher_post (publisher, &self->n_events);
    }
}

static gboolean
is_quiet (FanOut *self)
{
  for (guint i = 0; i < self->publishers->len; i++)
    {
      if (!((LoadPublisher *) self->publishers->pdata[i])->is_idle)
        return FALSE;
    }
  return self->audience.n_deliveries >= self->n_events * self->audience.watchers->len;
}

static void
set_timer (FanOut *self, double rate)
{
  struct itimerspec spec = { 0 };

  self->timer = -1;
  if (rate <= 0)
    return;
  spec.it_interval.tv_nsec = (long) (1e9 / rate);
  spec.it_value = spec.it_interval;
  self->timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (self->timer < 0 || timerfd_settime (self->timer, 0, &spec, NULL) != 0)
    g_error ("timerfd: %s", g_strerror (errno));
  load_poll_add (&self->poll, self->timer, self);
}

static void
connect_publishers (FanOut *self, const LoadOptions *options)
{
  g_autoptr (LoadScript) script = load_script_new (options->requests);

  self->publishers = g_ptr_array_new_with_free_func ((GDestroyNotify) load_publisher_free);
  for (int i = 0; i < options->connections; i++)
    {
      gsize length;
      const char *request = load_script_get (script, (guint) i, &length);
      LoadPublisher *publisher = load_publisher_new ((guint16) options->port, request, length);

      load_poll_add (&self->poll, publisher->connection->fd, publisher);
      g_ptr_array_add (self->publishers, publisher);
    }
}

static void
run (FanOut *self)
{
  while (load_poll_now () < self->end_ns || self->n_events < self->n_least)
    {
      post (self);
      load_poll_turn (&self->poll, read_source, self);
    }
  while (!is_quiet (self))
    load_poll_turn (&self->poll, read_source, self);
}

static void
finish (FanOut *self)
{
  g_ptr_array_unref (self->publishers);
  load_audience_clear (&self->audience);
  load_poll_clear (&self->poll);
  if (self->timer >= 0)
    close (self->timer);
}

/**
 * load_fan_out_run:
 *
 * Posts for some time, and @least events. Prints a JSON object.
 */
void
load_fan_out_run (const LoadOptions *options)
{
  FanOut self = { .n_least = (guint64) options->least, .n_ahead = (guint64) options->ahead };
  LoadMeter meter;

  load_poll_init (&self.poll);
  load_audience_init (&self.audience, &self.poll, options);
  connect_publishers (&self, options);
  set_timer (&self, options->rate);
  load_meter_start (&meter, options->pids);
  self.end_ns = load_poll_now () + (guint64) (options->seconds * 1e9);
  run (&self);
  load_meter_stop (&meter);
  load_audience_check (&self.audience, self.n_events);

  g_print ("{");
  load_meter_print (&meter);
  g_print (",\"events\":%" G_GUINT64_FORMAT ",\"deliveries\":%" G_GUINT64_FORMAT, self.n_events,
           self.audience.n_deliveries);
  load_samples_print (&self.audience.samples);
  g_print ("}\n");
  finish (&self);
}
