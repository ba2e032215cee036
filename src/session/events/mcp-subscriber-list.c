/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The queues of a session's subscribers, in the order in which they came: an
 * array to walk for every event, and an index to leave it at once. Who leaves
 * makes a hole; holes are closed when they are the greater part, and never
 * while the array is being walked: a queue's notify may come back here.
 */
#include "session/events/mcp-subscriber-list.h"

/* An array that small is not worth closing holes. */
#define MIN_COMPACTED 16

typedef struct
{
  McpEventQueue *queue; /* (owned) (nullable): %NULL: a hole */
  gboolean counted;     /* as one that the limit is for */
} Subscriber;

struct _McpSubscriberList
{
  GArray *array;     /* (owned) (element-type Subscriber) */
  GHashTable *index; /* (owned): (unowned) McpEventQueue -> position in the array */
  guint n_counted;
  guint n_walking; /* nested walks over the array */
};

static Subscriber *
subscriber_at (McpSubscriberList *self, guint position)
{
  return &g_array_index (self->array, Subscriber, position);
}

static void
close_holes (McpSubscriberList *self)
{
  guint n_kept = 0;

  if (self->n_walking > 0 || self->array->len < MIN_COMPACTED ||
      g_hash_table_size (self->index) > self->array->len / 2)
    return;

  for (guint i = 0; i < self->array->len; i++)
    {
      Subscriber subscriber = *subscriber_at (self, i);

      if (subscriber.queue == NULL)
        continue;
      *subscriber_at (self, n_kept) = subscriber;
      g_hash_table_insert (self->index, subscriber.queue, GUINT_TO_POINTER (n_kept));
      n_kept++;
    }
  g_array_set_size (self->array, n_kept);
}

/**
 * mcp_subscriber_list_new:
 *
 * Returns: (transfer full): an empty list; used from one thread
 */
McpSubscriberList *
mcp_subscriber_list_new (void)
{
  McpSubscriberList *self = g_new0 (McpSubscriberList, 1);

  self->array = g_array_new (FALSE, FALSE, sizeof (Subscriber));
  self->index = g_hash_table_new (NULL, NULL);
  return self;
}

/**
 * mcp_subscriber_list_free:
 * @self: (transfer full): a list that is not being walked
 */
void
mcp_subscriber_list_free (McpSubscriberList *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->array->len; i++)
    g_clear_pointer (&subscriber_at (self, i)->queue, mcp_event_queue_unref);
  g_array_unref (self->array);
  g_hash_table_unref (self->index);
  g_free (self);
}

/**
 * mcp_subscriber_list_add:
 * @self: a list
 * @queue: a queue that is not in it
 * @counted: whether it counts for mcp_subscriber_list_get_n_counted()
 *
 * Adds a subscriber behind all others; an event that is being pushed does not
 * reach it any more.
 */
void
mcp_subscriber_list_add (McpSubscriberList *self, McpEventQueue *queue, gboolean counted)
{
  Subscriber subscriber = { .queue = mcp_event_queue_ref (queue), .counted = counted };

  g_hash_table_insert (self->index, queue, GUINT_TO_POINTER (self->array->len));
  g_array_append_val (self->array, subscriber);
  if (counted)
    self->n_counted++;
}

/**
 * mcp_subscriber_list_remove:
 * @self: a list
 * @queue: any queue
 *
 * Lets go of a subscriber, in a time that does not depend on how many there are.
 *
 * Returns: whether it was in the list
 */
gboolean
mcp_subscriber_list_remove (McpSubscriberList *self, McpEventQueue *queue)
{
  g_autoptr (McpEventQueue) removed = NULL;
  gpointer position;

  if (!g_hash_table_steal_extended (self->index, queue, NULL, &position))
    return FALSE;

  removed = g_steal_pointer (&subscriber_at (self, GPOINTER_TO_UINT (position))->queue);
  if (subscriber_at (self, GPOINTER_TO_UINT (position))->counted)
    self->n_counted--;
  close_holes (self);
  return TRUE;
}

/**
 * mcp_subscriber_list_get_n_counted:
 * @self: a list
 *
 * Returns: how many subscribers were added as counted
 */
guint
mcp_subscriber_list_get_n_counted (McpSubscriberList *self)
{
  return self->n_counted;
}

/**
 * mcp_subscriber_list_get_n_pending:
 * @self: a list
 * @counted: of those that were added as counted, or of the others
 *
 * Returns: how many events wait in their queues, all together
 */
guint
mcp_subscriber_list_get_n_pending (McpSubscriberList *self, gboolean counted)
{
  guint n_pending = 0;

  for (guint i = 0; i < self->array->len; i++)
    {
      const Subscriber *subscriber = subscriber_at (self, i);

      if (subscriber->queue != NULL && subscriber->counted == counted)
        n_pending += mcp_event_queue_get_length (subscriber->queue);
    }
  return n_pending;
}

/**
 * mcp_subscriber_list_push:
 * @self: a list
 * @event: an event
 *
 * Appends the event to every queue, in the order in which they were added.
 */
void
mcp_subscriber_list_push (McpSubscriberList *self, McpProgressEvent *event)
{
  guint length = self->array->len;

  self->n_walking++;
  /* closing the list meanwhile empties it */
  for (guint i = 0; i < MIN (length, self->array->len); i++)
    {
      McpEventQueue *queue = subscriber_at (self, i)->queue;

      if (queue != NULL)
        mcp_event_queue_push (queue, mcp_progress_event_ref (event));
    }
  self->n_walking--;
  close_holes (self);
}

/**
 * mcp_subscriber_list_has_room:
 * @self: a list
 * @n_events: how many are to be pushed
 *
 * Returns: whether no queue would begin to drop by that
 */
gboolean
mcp_subscriber_list_has_room (McpSubscriberList *self, guint n_events)
{
  for (guint i = 0; i < self->array->len; i++)
    {
      McpEventQueue *queue = subscriber_at (self, i)->queue;

      if (queue != NULL && !mcp_event_queue_has_room (queue, n_events))
        return FALSE;
    }
  return TRUE;
}

/**
 * mcp_subscriber_list_close:
 * @self: a list
 * @reason: for the readers
 *
 * Empties the list, then closes every queue that was in it.
 */
void
mcp_subscriber_list_close (McpSubscriberList *self, const char *reason)
{
  GArray *closed = g_steal_pointer (&self->array);

  self->array = g_array_new (FALSE, FALSE, sizeof (Subscriber));
  g_hash_table_remove_all (self->index);
  self->n_counted = 0;

  for (guint i = 0; i < closed->len; i++)
    {
      McpEventQueue *queue = g_array_index (closed, Subscriber, i).queue;

      if (queue == NULL)
        continue;
      mcp_event_queue_close (queue, reason);
      mcp_event_queue_unref (queue);
    }
  g_array_unref (closed);
}
