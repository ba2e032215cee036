/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-audience.h"

#include "load-connection.h"
#include "load-mark.h"
#include "load-script.h"

typedef struct
{
  LoadAudience *audience; /* (unowned) */
  LoadConnection *connection;
  LoadMarkReader reader;
  guint64 n_events;
  guint64 sum; /* of their numbers */
  guint64 now_ns;
  gboolean is_timed;
} Watcher;

static void
take_event (const LoadMark *mark, gpointer user_data)
{
  Watcher *watcher = user_data;

  watcher->n_events++;
  watcher->sum += mark->number;
  watcher->audience->n_deliveries++;
  if (watcher->is_timed)
    load_samples_add (&watcher->audience->samples, watcher->now_ns - mark->sent_ns);
}

static void
take_body (const char *data, gsize length, gpointer user_data)
{
  Watcher *watcher = user_data;

  load_mark_reader_take (&watcher->reader, data, length, take_event, watcher);
}

static void
watcher_free (gpointer data)
{
  Watcher *watcher = data;

  load_connection_free (watcher->connection);
  g_free (watcher);
}

static void
add_watcher (LoadAudience *self, LoadPoll *poll, guint16 port, LoadScript *script)
{
  Watcher *watcher = g_new0 (Watcher, 1);
  gsize length;
  const char *request = load_script_get (script, self->watchers->len, &length);

  watcher->audience = self;
  watcher->is_timed = self->is_timed || self->watchers->len == 0;
  watcher->connection = load_connection_new (port, take_body, watcher);
  load_poll_add (poll, watcher->connection->fd, watcher);
  load_connection_send (watcher->connection, request, length);
  g_ptr_array_add (self->watchers, watcher);
}

static guint
count_open (LoadAudience *self)
{
  guint n = 0;

  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = self->watchers->pdata[i];

      n += load_response_has_head (&watcher->connection->response) ? 1 : 0;
    }
  return n;
}

static void
read_head (gpointer source, gpointer user_data)
{
  load_audience_read (source);
}

/* A server need not have room for all of them in its queue of connections at once. */
#define N_AT_ONCE 200

/**
 * load_audience_init:
 *
 * Opens the streams.
 */
void
load_audience_init (LoadAudience *self, LoadPoll *poll, const LoadOptions *options)
{
  g_autoptr (LoadScript) script = load_script_new (options->watch);

  self->watchers = g_ptr_array_new_with_free_func (watcher_free);
  self->n_deliveries = 0;
  self->is_timed = options->rate > 0;
  load_samples_init (&self->samples);
  while (self->watchers->len < (guint) options->watchers)
    {
      add_watcher (self, poll, (guint16) options->port, script);
      if (self->watchers->len % N_AT_ONCE == 0 || self->watchers->len == (guint) options->watchers)
        while (count_open (self) < self->watchers->len)
          load_poll_turn (poll, read_head, NULL);
    }
}

void
load_audience_clear (LoadAudience *self)
{
  g_clear_pointer (&self->watchers, g_ptr_array_unref);
  load_samples_clear (&self->samples);
}

/**
 * load_audience_read:
 * @watcher: a source of the poll that is not one of the caller's
 *
 * Takes what has come for a watcher.
 */
void
load_audience_read (gpointer watcher)
{
  Watcher *self = watcher;

  self->now_ns = load_poll_now ();
  if (load_connection_read (self->connection))
    g_error ("An event stream ended");
}

/**
 * load_audience_check:
 * @n_events: how many have been sent, with the numbers from 0
 *
 * Ends the program where a watcher has not seen each of them exactly once.
 */
void
load_audience_check (LoadAudience *self, guint64 n_events)
{
  for (guint i = 0; i < self->watchers->len; i++)
    {
      Watcher *watcher = self->watchers->pdata[i];

      if (watcher->n_events != n_events || watcher->sum != n_events * (n_events - 1) / 2)
        g_error ("Watcher %u got %" G_GUINT64_FORMAT " events of %" G_GUINT64_FORMAT
                 ", or not each once",
                 i, watcher->n_events, n_events);
    }
}
