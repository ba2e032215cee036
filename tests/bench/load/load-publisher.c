/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load-publisher.h"

#include "load-mark.h"
#include "load-poll.h"

#include <string.h>

/**
 * load_publisher_new:
 * @request: (array length=length): with a mark for each event
 *
 * Connects.
 */
LoadPublisher *
load_publisher_new (guint16 port, const char *request, gsize length)
{
  LoadPublisher *self = g_new0 (LoadPublisher, 1);
  char *place;

  self->connection = load_connection_new (port, NULL, NULL);
  self->request = g_strndup (request, length);
  self->length = length;
  self->is_idle = TRUE;
  self->places = g_ptr_array_new ();
  for (place = self->request; (place = strchr (place, '@')) != NULL; place += LOAD_MARK_BYTES)
    g_ptr_array_add (self->places, place);
  if (self->places->len == 0)
    g_error ("The request has no place for a mark");
  return self;
}

void
load_publisher_free (LoadPublisher *self)
{
  load_connection_free (self->connection);
  g_ptr_array_unref (self->places);
  g_free (self->request);
  g_free (self);
}

/**
 * load_publisher_post:
 * @n_events: (inout): how many have been sent so far
 *
 * Sends the next events. The last ones have been answered.
 */
void
load_publisher_post (LoadPublisher *self, guint64 *n_events)
{
  LoadMark mark = { .sent_ns = load_poll_now () };

  for (guint i = 0; i < self->places->len; i++)
    {
      mark.number = (*n_events)++;
      load_mark_write (self->places->pdata[i], &mark);
    }
  self->is_idle = FALSE;
  load_connection_send (self->connection, self->request, self->length);
}

void
load_publisher_read (LoadPublisher *self)
{
  if (load_connection_read (self->connection))
    self->is_idle = TRUE;
}
