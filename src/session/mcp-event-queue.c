/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bounded queue of one subscriber. A GAsyncQueue is locked but neither
 * bounded nor able to wake a main loop; both are added here. Its own lock
 * guards the other fields: one lock, no order to get wrong.
 */
#include "mcp-event-queue.h"

struct _McpEventQueue
{
  gatomicrefcount ref_count;
  GAsyncQueue *items;
  guint max_items;
  GDestroyNotify free_item;

  /* Guarded by the lock of items: */
  guint64 n_missed; /* before the next item */
  gboolean is_lagging;
  gboolean was_notified; /* and the reader has not found the queue empty since */
  char *reason;          /* (nullable): closed */
  McpEventQueueNotify notify;
  gpointer notify_data;
  GDestroyNotify notify_destroy;
};

/**
 * mcp_event_queue_new:
 * @max_items: how many may wait
 * @free_item: frees an item that nobody takes
 *
 * Returns: (transfer full): an empty queue
 */
McpEventQueue *
mcp_event_queue_new (guint max_items, GDestroyNotify free_item)
{
  McpEventQueue *self;

  g_return_val_if_fail (max_items > 0 && free_item != NULL, NULL);

  self = g_new0 (McpEventQueue, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->items = g_async_queue_new_full (free_item);
  self->max_items = max_items;
  self->free_item = free_item;
  return self;
}

/**
 * mcp_event_queue_ref:
 * @self: a queue
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpEventQueue *
mcp_event_queue_ref (McpEventQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_event_queue_unref:
 * @self: (transfer full): a queue
 *
 * Any thread.
 */
void
mcp_event_queue_unref (McpEventQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->notify_destroy != NULL)
    self->notify_destroy (self->notify_data);
  g_async_queue_unref (self->items);
  g_free (self->reason);
  g_free (self);
}

/**
 * mcp_event_queue_set_notify:
 * @self: a queue
 * @notify: (nullable): wakes the reader; called at once when there is something already
 * @user_data: for @notify
 * @destroy: (nullable): frees @user_data, when it is replaced or the queue goes
 *
 * Sets who is woken. Called by the reader: a push that runs in another thread meanwhile may
 * still call the old one, so that a reader that goes away lets @user_data outlive it.
 */
void
mcp_event_queue_set_notify (McpEventQueue *self,
                            McpEventQueueNotify notify,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  GDestroyNotify old_destroy;
  gpointer old_data;
  gboolean is_due;

  g_async_queue_lock (self->items);
  old_destroy = self->notify_destroy;
  old_data = self->notify_data;
  self->notify = notify;
  self->notify_data = user_data;
  self->notify_destroy = destroy;
  is_due = notify != NULL && (g_async_queue_length_unlocked (self->items) > 0 ||
                              self->n_missed > 0 || self->reason != NULL);
  self->was_notified = is_due;
  g_async_queue_unlock (self->items);

  if (old_destroy != NULL)
    old_destroy (old_data);
  if (is_due)
    notify (self, user_data);
}

/* With the lock held: whether the caller is to call notify after it. */
static gboolean
claim_notify (McpEventQueue *self, McpEventQueueNotify *notify, gpointer *notify_data)
{
  if (self->was_notified || self->notify == NULL)
    return FALSE;
  self->was_notified = TRUE;
  *notify = self->notify;
  *notify_data = self->notify_data;
  return TRUE;
}

/**
 * mcp_event_queue_push:
 * @self: a queue
 * @item: (transfer full): not %NULL
 *
 * Adds an item; never waits. When the queue is full the oldest item goes, and is
 * counted. A closed queue takes nothing. Any thread.
 *
 * Returns: %FALSE when an item was lost: the oldest, or with a closed queue @item
 */
gboolean
mcp_event_queue_push (McpEventQueue *self, gpointer item)
{
  McpEventQueueNotify notify;
  gpointer notify_data;
  gpointer dropped = NULL;
  gboolean is_due = FALSE;

  g_async_queue_lock (self->items);
  if (self->reason != NULL)
    {
      dropped = item;
    }
  else
    {
      /* Nobody blocks in pop(), so that the length is not negative. */
      if ((guint) g_async_queue_length_unlocked (self->items) >= self->max_items)
        {
          dropped = g_async_queue_try_pop_unlocked (self->items);
          self->n_missed++;
          self->is_lagging = TRUE;
        }
      g_async_queue_push_unlocked (self->items, item);
      is_due = claim_notify (self, &notify, &notify_data);
    }
  g_async_queue_unlock (self->items);

  if (is_due)
    notify (self, notify_data);
  if (dropped == NULL)
    return TRUE;
  self->free_item (dropped);
  return FALSE;
}

/**
 * mcp_event_queue_add_missed:
 * @self: a queue
 * @missed: how many items the reader could not get
 *
 * Tells the reader of a gap before the next item, as after drops. Any thread.
 */
void
mcp_event_queue_add_missed (McpEventQueue *self, guint64 missed)
{
  McpEventQueueNotify notify;
  gpointer notify_data;
  gboolean is_due;

  if (missed == 0)
    return;
  g_async_queue_lock (self->items);
  self->n_missed += missed;
  is_due = claim_notify (self, &notify, &notify_data);
  g_async_queue_unlock (self->items);

  if (is_due)
    notify (self, notify_data);
}

/**
 * mcp_event_queue_pop:
 * @self: a queue
 * @missed: (out): how many items were lost just before the one returned
 *
 * Takes the oldest item, without waiting. A gap with nothing behind it yet is told
 * by %NULL and @missed above 0. Any thread; one reader.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL where there is none
 */
gpointer
mcp_event_queue_pop (McpEventQueue *self, guint64 *missed)
{
  gpointer item;

  g_async_queue_lock (self->items);
  item = g_async_queue_try_pop_unlocked (self->items);
  *missed = self->n_missed;
  self->n_missed = 0;
  self->is_lagging = FALSE;
  if (item == NULL)
    self->was_notified = FALSE;
  g_async_queue_unlock (self->items);
  return item;
}

/**
 * mcp_event_queue_close:
 * @self: a queue
 * @reason: why; the first one counts
 *
 * Takes no more items; those that wait can still be taken. The reader is woken.
 * Any thread.
 */
void
mcp_event_queue_close (McpEventQueue *self, const char *reason)
{
  McpEventQueueNotify notify;
  gpointer notify_data;
  gboolean is_due = FALSE;

  g_async_queue_lock (self->items);
  if (self->reason == NULL)
    {
      self->reason = g_strdup (reason);
      is_due = claim_notify (self, &notify, &notify_data);
    }
  g_async_queue_unlock (self->items);

  if (is_due)
    notify (self, notify_data);
}

/**
 * mcp_event_queue_get_reason:
 * @self: a queue
 *
 * Any thread. It says so as soon as the queue is closed: the reader takes what waits first.
 *
 * Returns: (transfer none) (nullable): why it was closed, or %NULL while it is open
 */
const char *
mcp_event_queue_get_reason (McpEventQueue *self)
{
  const char *reason;

  g_async_queue_lock (self->items);
  reason = self->reason;
  g_async_queue_unlock (self->items);
  return reason;
}

/**
 * mcp_event_queue_get_length:
 * @self: a queue
 *
 * Any thread.
 *
 * Returns: how many items wait
 */
guint
mcp_event_queue_get_length (McpEventQueue *self)
{
  return (guint) MAX (g_async_queue_length (self->items), 0);
}

/**
 * mcp_event_queue_is_lagging:
 * @self: a queue
 *
 * Any thread.
 *
 * Returns: whether items were dropped since the reader last took one
 */
gboolean
mcp_event_queue_is_lagging (McpEventQueue *self)
{
  gboolean is_lagging;

  g_async_queue_lock (self->items);
  is_lagging = self->is_lagging;
  g_async_queue_unlock (self->items);
  return is_lagging;
}
