/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bounded queue of one subscriber. A GAsyncQueue is locked but neither
 * bounded nor able to wake a main loop; both are added here. Its own lock
 * guards the other fields: one lock, no order to get wrong.
 */
#include "session/events/mcp-event-queue.h"

/* Counted on its own: another thread may still be in a call of it when it is replaced. */
typedef struct
{
  McpEventQueueNotify notify;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
} Waker;

struct _McpEventQueue
{
  GAsyncQueue *items;
  guint max_items;
  gsize max_bytes;
  McpEventQueueSizeFunc size; /* (nullable): bytes are not limited */
  GDestroyNotify free_item;
  McpEventCounts *counts; /* (owned) (nullable) */

  /* Guarded by the lock of items: */
  gsize n_bytes;
  guint64 n_missed; /* before the next item */
  gboolean is_lagging;
  gboolean was_notified; /* and the reader has not found the queue empty since */
  char *reason;          /* (nullable): closed */
  Waker *waker;          /* (owned) (nullable) */
};

static void
clear_waker (gpointer data)
{
  Waker *waker = data;

  if (waker->destroy != NULL)
    waker->destroy (waker->user_data);
}

static void
release_waker (Waker *waker)
{
  g_atomic_rc_box_release_full (waker, clear_waker);
}

/* With the lock held: what the caller is to give to wake() after it. */
static Waker *
claim_waker (McpEventQueue *self)
{
  if (self->was_notified || self->waker == NULL)
    return NULL;
  self->was_notified = TRUE;
  /* Who is woken may let go of the last reference but this. */
  mcp_event_queue_ref (self);
  return g_atomic_rc_box_acquire (self->waker);
}

static void
wake (McpEventQueue *self, Waker *waker)
{
  if (waker == NULL)
    return;
  waker->notify (self, waker->user_data);
  release_waker (waker);
  mcp_event_queue_unref (self);
}

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

  self = g_atomic_rc_box_new0 (McpEventQueue);
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
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  McpEventQueue *self = data;

  g_clear_pointer (&self->waker, release_waker);
  g_async_queue_unref (self->items);
  g_clear_pointer (&self->counts, mcp_event_counts_unref);
  g_free (self->reason);
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
  g_atomic_rc_box_release_full (self, clear);
}

/**
 * mcp_event_queue_set_notify:
 * @self: a queue
 * @notify: (nullable): wakes the reader; called at once when there is something already
 * @user_data: for @notify
 * @destroy: (nullable): frees @user_data, when it is replaced or the queue goes
 *
 * Sets who is woken. A push that runs in another thread meanwhile may still be in a call of the
 * old one when this returns; @user_data is freed after it. Any thread.
 */
void
mcp_event_queue_set_notify (McpEventQueue *self,
                            McpEventQueueNotify notify,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  Waker *waker = NULL;
  Waker *old;
  Waker *due = NULL;

  if (notify != NULL)
    {
      waker = g_atomic_rc_box_new0 (Waker);
      waker->notify = notify;
      waker->user_data = user_data;
      waker->destroy = destroy;
    }

  g_async_queue_lock (self->items);
  old = self->waker;
  self->waker = waker;
  self->was_notified = FALSE;
  if (g_async_queue_length_unlocked (self->items) > 0 || self->n_missed > 0 || self->reason != NULL)
    due = claim_waker (self);
  g_async_queue_unlock (self->items);

  wake (self, due);
  /* last: the old data may hold the reference that the caller relies on */
  if (old != NULL)
    release_waker (old);
}

/**
 * mcp_event_queue_limit_bytes:
 * @self: a queue that nobody else knows yet
 * @max_bytes: of the items that wait; one that is larger waits alone
 * @size: how many an item has, always the same
 *
 * Bounds the queue by bytes as well.
 */
void
mcp_event_queue_limit_bytes (McpEventQueue *self, gsize max_bytes, McpEventQueueSizeFunc size)
{
  self->max_bytes = max_bytes;
  self->size = size;
}

/**
 * mcp_event_queue_set_counts:
 * @self: a queue that nobody else knows yet
 * @counts: (nullable): where it is counted what its reader takes and misses
 */
void
mcp_event_queue_set_counts (McpEventQueue *self, McpEventCounts *counts)
{
  g_clear_pointer (&self->counts, mcp_event_counts_unref);
  self->counts = counts != NULL ? mcp_event_counts_ref (counts) : NULL;
}

static gsize
get_size (McpEventQueue *self, gpointer item)
{
  return self->size != NULL ? self->size (item) : 0;
}

static gpointer
pop_unlocked (McpEventQueue *self)
{
  gpointer item = g_async_queue_try_pop_unlocked (self->items);

  if (item != NULL)
    self->n_bytes -= get_size (self, item);
  return item;
}

static gboolean
is_full (McpEventQueue *self, gsize n_bytes)
{
  /* Nobody blocks in pop(), so that the length is not negative. */
  guint length = (guint) g_async_queue_length_unlocked (self->items);

  return length >= self->max_items ||
         (self->size != NULL && length > 0 && self->n_bytes + n_bytes > self->max_bytes);
}

/* With the lock held. Returns: (transfer full): those that had to go */
static GSList *
push_unlocked (McpEventQueue *self, gpointer item)
{
  gsize n_bytes = get_size (self, item);
  GSList *dropped = NULL;

  while (is_full (self, n_bytes))
    {
      dropped = g_slist_prepend (dropped, pop_unlocked (self));
      self->n_missed++;
      self->is_lagging = TRUE;
    }
  self->n_bytes += n_bytes;
  g_async_queue_push_unlocked (self->items, item);
  return dropped;
}

/**
 * mcp_event_queue_push:
 * @self: a queue
 * @item: (transfer full): not %NULL
 *
 * Adds an item; never waits. When the queue is full the oldest items go, and are
 * counted. A closed queue takes nothing. Any thread.
 *
 * Returns: %FALSE when items were lost: the oldest, or with a closed queue @item
 */
gboolean
mcp_event_queue_push (McpEventQueue *self, gpointer item)
{
  GSList *dropped;
  gboolean is_lossless;
  Waker *due = NULL;

  g_async_queue_lock (self->items);
  if (self->reason != NULL)
    {
      dropped = g_slist_prepend (NULL, item);
    }
  else
    {
      dropped = push_unlocked (self, item);
      due = claim_waker (self);
    }
  g_async_queue_unlock (self->items);

  is_lossless = dropped == NULL;
  g_slist_free_full (dropped, self->free_item);
  wake (self, due);
  return is_lossless;
}

/**
 * mcp_event_queue_add_missed:
 * @self: a queue
 * @missed: how many items the reader could not get
 *
 * Tells the reader of a gap before the next item, as after drops. A closed queue takes none. Any
 * thread.
 */
void
mcp_event_queue_add_missed (McpEventQueue *self, guint64 missed)
{
  Waker *due = NULL;

  if (missed == 0)
    return;
  g_async_queue_lock (self->items);
  if (self->reason == NULL)
    {
      self->n_missed += missed;
      due = claim_waker (self);
    }
  g_async_queue_unlock (self->items);

  wake (self, due);
}

/**
 * mcp_event_queue_pop:
 * @self: a queue
 * @missed: (out): how many items were lost just before the one returned
 *
 * Takes the oldest item, without waiting. A gap with nothing behind it yet shows
 * as %NULL and @missed above 0. Any thread; one reader.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL where there is none
 */
gpointer
mcp_event_queue_pop (McpEventQueue *self, guint64 *missed)
{
  gpointer item;

  g_async_queue_lock (self->items);
  item = pop_unlocked (self);
  *missed = self->n_missed;
  self->n_missed = 0;
  self->is_lagging = FALSE;
  if (item == NULL)
    self->was_notified = FALSE;
  g_async_queue_unlock (self->items);

  if (self->counts != NULL)
    mcp_event_counts_add (self->counts, item != NULL, *missed);
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
  Waker *due = NULL;

  g_async_queue_lock (self->items);
  if (self->reason == NULL)
    {
      self->reason = g_strdup (reason);
      due = claim_waker (self);
    }
  g_async_queue_unlock (self->items);

  wake (self, due);
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

/**
 * mcp_event_queue_has_room:
 * @self: a queue
 * @n_items: how many are to be pushed; more than fit at all count as all that fit
 *
 * Whether a publisher that waits for this reader may go on: what it brings is taken for half of
 * the bytes at most. Any thread.
 *
 * Returns: whether they fit without dropping any, or waiting is of no use since the reader
 *   lags already or the queue is closed
 */
gboolean
mcp_event_queue_has_room (McpEventQueue *self, guint n_items)
{
  gboolean has_room;

  g_async_queue_lock (self->items);
  has_room = self->is_lagging || self->reason != NULL ||
             (self->n_bytes <= self->max_bytes / 2 &&
              self->max_items - (guint) g_async_queue_length_unlocked (self->items) >=
                  MIN (n_items, self->max_items));
  g_async_queue_unlock (self->items);
  return has_room;
}
