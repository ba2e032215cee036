/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-audience.h"

#include <stdio.h>
#include <unistd.h>

/* Watchers that are there, and nothing happens. */

typedef struct
{
  LoadPoll poll;
  LoadAudience audience;
  guint64 last_ns;
  guint n_bursts;
  gboolean ends;
} Hold;

/* What comes within that time after something else was sent with it. */
#define BURST_NS 50000000

static void
count_burst (Hold *self)
{
  guint64 now_ns = load_poll_now ();

  if (now_ns - self->last_ns > BURST_NS)
    self->n_bursts++;
  self->last_ns = now_ns;
}

static void
read_source (gpointer source, gpointer user_data)
{
  Hold *self = user_data;
  char byte;

  if (source != self)
    {
      load_audience_read (source);
      count_burst (self);
    }
  else if (read (STDIN_FILENO, &byte, 1) <= 0)
    {
      self->ends = TRUE;
    }
  else
    {
      g_print ("{\"bursts\":%u}\n", self->n_bursts);
      fflush (stdout);
    }
}

/**
 * load_hold_run:
 *
 * Opens the streams, prints an empty JSON object, and stays until the end of the standard input.
 * For each byte of the input it prints how often something has come for the watchers.
 */
void
load_hold_run (const LoadOptions *options)
{
  Hold self = { .ends = FALSE };

  load_poll_init (&self.poll);
  load_audience_init (&self.audience, &self.poll, options);
  g_print ("{}\n");
  fflush (stdout);
  load_poll_add (&self.poll, STDIN_FILENO, &self);
  while (!self.ends)
    load_poll_wait (&self.poll, read_source, &self);
  load_audience_clear (&self.audience);
  load_poll_clear (&self.poll);
}
