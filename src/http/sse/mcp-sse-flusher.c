/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When event streams are written.
 *
 * A system call per event and reader is what limits a fan-out, so events that
 * come close together go out together; but a lone event must not wait. Hence:
 *   - the first event after a silence is written at once;
 *   - those that follow closely are written when the main loop has nothing else
 *     to do, or when the oldest of them has waited for a while. Both allow for
 *     what a round of writing costs: with many readers rounds are rarer;
 *   - and so many events that they might overrun a reader's queue do not wait.
 *
 * A round with many readers, or with much to write, is done in slices, with whatever else there is
 * to do in between.
 *
 * Any thread may say that a stream has something pending. That costs an atomic
 * flag and, for the first such stream of a round, one wake-up of the main loop.
 */
#include "http/sse/mcp-sse-flusher.h"

#include "common/mcp-wake-time.h"

/* How old a pending event may get in a burst, at least and at most; in between it is so many
 * times the length of the last round, which leaves most of the time to what makes events. */
#define MIN_AGE_US  300
#define MAX_AGE_US  5000
#define AGE_FACTOR  4
/* The pause between two rounds while the main loop has nothing else to do, in lengths of the last
 * round: a publisher that waits for each answer leaves the main loop idle after each event. */
#define DRY_FACTOR  2
/* Half of what a reader's queue holds. */
#define MAX_EVENTS  32
/* So many streams are written without waiting for another turn of the main loop. */
#define FEW_STREAMS 2
/* How long one slice of a round may take. */
#define SLICE_US    (2 * G_TIME_SPAN_MILLISECOND)

/* A round that is due takes turns with requests, and so does a round that goes on; one that can
 * wait comes after them. A higher priority would let a publisher, whose next events make the next
 * round due at once, keep everybody else waiting. */
#define PRIORITY_DUE  G_PRIORITY_DEFAULT
#define PRIORITY_DRY  (G_PRIORITY_DEFAULT + 60)
#define PRIORITY_REST G_PRIORITY_DEFAULT

typedef struct
{
  McpSseFlushedFunc callback;
  gpointer user_data;
  GDestroyNotify destroy;
} Waiter;

struct _McpSseFlusher
{
  gatomicrefcount ref_count;

  GMainContext *context; /* (owned) */
  GSource *due;          /* (owned) fires when the oldest pending event is old enough */
  GSource *dry;          /* (owned) fires when nothing else does */
  GSource *rest;         /* (owned) fires when a round goes on */
  GSource *keep_alive;   /* (owned) fires when the most silent stream needs a comment */

  GMutex lock;      /* guards the next nine */
  GPtrArray *dirty; /* (owned) (element-type McpFlushItem) each with a reference to its owner */
  gboolean armed;
  gboolean in_round; /* what comes waits for the next round */
  gboolean closed;
  gint64 due_us; /* when the source fires; 0: at once; -1: never */
  gint64 dry_us; /* likewise */
  gint64 max_age_us;
  gint64 min_pause_us;  /* between two rounds */
  gint64 flushed_at_us; /* monotonic */

  /* Main context only. */
  guint n_events;        /* since the last round */
  GPtrArray *spare;      /* (owned) (nullable) empty; takes the place of @dirty during a round */
  GPtrArray *round;      /* (owned) (nullable) what was @dirty, during a round */
  guint n_done;          /* of @round */
  gint64 spent_us;       /* on this round */
  gboolean is_sliced;    /* this round goes on by @rest */
  GArray *waiters;       /* (owned) (element-type Waiter) for the next round */
  GArray *round_waiters; /* (owned) (element-type Waiter) for this round */
  GQueue streams; /* (element-type McpFlushItem) each with a reference to its owner; most silent
                     first */
  McpSseBatch scratch; /* shared by all streams, one after the other */
  gint64 keep_alive_us;
};

typedef struct
{
  GSource parent_instance;
  McpSseFlusher *flusher; /* (unowned) */
  gint64 *time_us;        /* (nullable): where the flusher keeps when the source fires */
} FlusherSource;

/* GLib's own ready time costs a write to a file of the main context each time that it is set, and
 * a read after it. Here the main context asks when it goes to sleep. */
static gboolean
is_source_due (GSource *source, int *timeout_ms)
{
  FlusherSource *self = (FlusherSource *) source;
  gint64 time_us;

  if (self->time_us == NULL)
    return FALSE;
  g_mutex_lock (&self->flusher->lock);
  time_us = *self->time_us;
  g_mutex_unlock (&self->flusher->lock);
  return mcp_wake_time_is_due (source, time_us, timeout_ms);
}

static gboolean
prepare_flush (GSource *source, int *timeout_ms)
{
  return is_source_due (source, timeout_ms);
}

static gboolean
check_flush (GSource *source)
{
  int timeout_ms;

  return is_source_due (source, &timeout_ms);
}

/* With the lock held. */
static void
arm (McpSseFlusher *self)
{
  gint64 now_us, silent_us;

  if (self->armed || self->closed || self->in_round)
    return;

  now_us = g_get_monotonic_time ();
  silent_us = now_us - self->flushed_at_us;
  self->armed = TRUE;
  self->due_us = silent_us >= self->max_age_us ? 0 : now_us + self->max_age_us;
  self->dry_us = silent_us >= self->min_pause_us ? 0 : self->flushed_at_us + self->min_pause_us;
  if (!g_main_context_is_owner (self->context))
    g_main_context_wakeup (self->context);
}

static void
item_unref (gpointer data)
{
  McpFlushItem *item = data;

  item->funcs->unref (item->owner);
}

static void
item_flush (McpFlushItem *item, McpSseBatch *scratch)
{
  /* This comes first: an event that arrives from now on marks the item again. */
  g_atomic_int_set (&item->dirty, FALSE);
  mcp_sse_batch_reset (scratch);
  item->funcs->flush (item->owner, scratch);
}

static void
item_keep_alive (McpSseFlusher *self, McpFlushItem *item)
{
  mcp_sse_flusher_sent (self, item);
  mcp_sse_batch_reset (&self->scratch);
  item->funcs->keep_alive (item->owner, &self->scratch);
}

static void
begin_round (McpSseFlusher *self)
{
  GArray *waiters = self->round_waiters;

  g_mutex_lock (&self->lock);
  self->round = self->dirty;
  self->dirty = g_steal_pointer (&self->spare);
  self->armed = FALSE;
  self->in_round = TRUE;
  self->due_us = self->dry_us = -1;
  g_mutex_unlock (&self->lock);

  self->round_waiters = self->waiters;
  self->waiters = waiters;
  self->n_done = 0;
  self->spent_us = 0;
  self->n_events = 0;
}

static void
call_waiters (McpSseFlusher *self)
{
  g_autoptr (GArray) waiters = NULL;

  if (self->round_waiters->len == 0)
    return;

  waiters = g_steal_pointer (&self->round_waiters);
  self->round_waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->callback (waiter->user_data);
      waiter->destroy (waiter->user_data);
    }
}

static void
end_round (McpSseFlusher *self)
{
  g_ptr_array_set_size (self->round, 0);
  self->spare = g_steal_pointer (&self->round);
  if (self->is_sliced)
    g_source_set_ready_time (self->rest, -1);
  self->is_sliced = FALSE;

  g_mutex_lock (&self->lock);
  self->in_round = FALSE;
  self->flushed_at_us = g_get_monotonic_time ();
  self->max_age_us = CLAMP (self->spent_us * AGE_FACTOR, MIN_AGE_US, MAX_AGE_US);
  self->min_pause_us = MIN (self->spent_us * DRY_FACTOR, MAX_AGE_US);
  if (self->dirty->len > 0 || self->waiters->len > 0)
    arm (self);
  g_mutex_unlock (&self->lock);

  call_waiters (self);
}

/* Returns: whether the round is done */
static gboolean
flush_slice (McpSseFlusher *self, gint64 slice_us)
{
  gint64 began_at_us = g_get_monotonic_time ();
  gint64 took_us = 0;

  while (self->n_done < self->round->len && took_us < slice_us)
    {
      item_flush (g_ptr_array_index (self->round, self->n_done++), &self->scratch);
      took_us = g_get_monotonic_time () - began_at_us;
    }
  self->spent_us += took_us;
  return self->n_done == self->round->len;
}

static void
flush (McpSseFlusher *self, gint64 slice_us)
{
  if (self->round == NULL)
    begin_round (self);
  if (flush_slice (self, slice_us))
    {
      end_round (self);
      return;
    }
  self->is_sliced = TRUE;
  g_source_set_ready_time (self->rest, 0);
}

static gboolean
dispatch_flush (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (McpSseFlusher) self = mcp_sse_flusher_ref (((FlusherSource *) source)->flusher);

  flush (self, SLICE_US);
  return G_SOURCE_CONTINUE;
}

static void
arm_keep_alive (McpSseFlusher *self)
{
  McpFlushItem *most_silent = g_queue_peek_head (&self->streams);

  g_source_set_ready_time (
      self->keep_alive, most_silent == NULL ? -1 : most_silent->last_sent_us + self->keep_alive_us);
}

static gboolean
dispatch_keep_alive (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (McpSseFlusher) self = mcp_sse_flusher_ref (((FlusherSource *) source)->flusher);
  /* Some streams get theirs a little early, so that streams opened together share a wake-up. */
  gint64 due_us = g_get_monotonic_time () + self->keep_alive_us / 16;
  McpFlushItem *item;

  while ((item = g_queue_peek_head (&self->streams)) != NULL &&
         item->last_sent_us + self->keep_alive_us <= due_us)
    item_keep_alive (self, item);

  arm_keep_alive (self);
  return G_SOURCE_CONTINUE;
}

static GSource *
attach_source (McpSseFlusher *self, GSourceFuncs *funcs, int priority, const char *name)
{
  GSource *source = g_source_new (funcs, sizeof (FlusherSource));

  ((FlusherSource *) source)->flusher = self;
  g_source_set_priority (source, priority);
  g_source_set_static_name (source, name);
  g_source_attach (source, self->context);

  return source;
}

/**
 * mcp_sse_flusher_new:
 *
 * Makes what decides when event streams are written, on the thread-default
 * main context.
 *
 * Returns: (transfer full): a flusher
 */
McpSseFlusher *
mcp_sse_flusher_new (void)
{
  static GSourceFuncs flush_funcs = {
    .prepare = prepare_flush,
    .check = check_flush,
    .dispatch = dispatch_flush,
  };
  static GSourceFuncs keep_alive_funcs = { .dispatch = dispatch_keep_alive };
  McpSseFlusher *self = g_new0 (McpSseFlusher, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->dirty = g_ptr_array_new_with_free_func (item_unref);
  self->spare = g_ptr_array_new_with_free_func (item_unref);
  self->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->round_waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->max_age_us = MIN_AGE_US;
  self->keep_alive_us = MCP_SSE_KEEP_ALIVE_MS * G_TIME_SPAN_MILLISECOND;
  g_queue_init (&self->streams);
  mcp_sse_batch_init (&self->scratch);

  self->context = g_main_context_ref_thread_default ();
  self->due_us = self->dry_us = -1;
  self->due = attach_source (self, &flush_funcs, PRIORITY_DUE, "[mcp] event streams due");
  ((FlusherSource *) self->due)->time_us = &self->due_us;
  self->dry = attach_source (self, &flush_funcs, PRIORITY_DRY, "[mcp] event streams pending");
  ((FlusherSource *) self->dry)->time_us = &self->dry_us;
  self->rest = attach_source (self, &flush_funcs, PRIORITY_REST, "[mcp] event streams go on");
  self->keep_alive =
      attach_source (self, &keep_alive_funcs, G_PRIORITY_DEFAULT, "[mcp] event streams silent");

  return self;
}

/**
 * mcp_sse_flusher_ref:
 * @self: a flusher
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpSseFlusher *
mcp_sse_flusher_ref (McpSseFlusher *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
destroy_sources (McpSseFlusher *self)
{
  g_source_destroy (self->due);
  g_source_destroy (self->dry);
  g_source_destroy (self->rest);
  g_source_destroy (self->keep_alive);
}

static void
drop_waiters (GArray *waiters)
{
  for (guint i = 0; i < waiters->len; i++)
    {
      Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->destroy (waiter->user_data);
    }
  g_array_set_size (waiters, 0);
}

/**
 * mcp_sse_flusher_unref:
 * @self: (transfer full): a flusher
 *
 * Any thread. Streams hold a reference: mcp_sse_flusher_close() comes first
 * where some may be open.
 */
void
mcp_sse_flusher_unref (McpSseFlusher *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  destroy_sources (self);
  drop_waiters (self->round_waiters);
  drop_waiters (self->waiters);
  g_source_unref (self->due);
  g_source_unref (self->dry);
  g_source_unref (self->rest);
  g_source_unref (self->keep_alive);
  g_ptr_array_unref (self->dirty);
  g_clear_pointer (&self->spare, g_ptr_array_unref);
  g_clear_pointer (&self->round, g_ptr_array_unref);
  g_array_unref (self->waiters);
  g_array_unref (self->round_waiters);
  mcp_sse_batch_clear (&self->scratch);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

/**
 * mcp_sse_flusher_set_keep_alive:
 * @self: a flusher
 * @interval_ms: how long a stream may be silent; not 0
 *
 * Sets when a comment is sent for want of an event: %MCP_SSE_KEEP_ALIVE_MS at first.
 */
void
mcp_sse_flusher_set_keep_alive (McpSseFlusher *self, guint interval_ms)
{
  g_return_if_fail (interval_ms > 0);

  self->keep_alive_us = interval_ms * (gint64) G_TIME_SPAN_MILLISECOND;
  arm_keep_alive (self);
}

/**
 * mcp_sse_flusher_count_event:
 * @self: a flusher
 *
 * Says that an event was queued for its readers, so that a round comes before
 * their queues overflow. Main context only.
 */
void
mcp_sse_flusher_count_event (McpSseFlusher *self)
{
  if (++self->n_events < MAX_EVENTS)
    return;

  g_mutex_lock (&self->lock);
  if (self->armed)
    self->due_us = 0;
  g_mutex_unlock (&self->lock);
}

/**
 * mcp_sse_flusher_is_behind:
 * @self: a flusher
 *
 * Main context only.
 *
 * Returns: whether readers wait for so many events that more of them should wait for
 *   mcp_sse_flusher_call_after_flush()
 */
gboolean
mcp_sse_flusher_is_behind (McpSseFlusher *self)
{
  gboolean is_pending;

  if (self->n_events < MAX_EVENTS)
    return FALSE;
  g_mutex_lock (&self->lock);
  is_pending = self->armed || self->in_round;
  g_mutex_unlock (&self->lock);
  return is_pending;
}

/**
 * mcp_sse_flusher_flush_few:
 * @self: a flusher
 *
 * Writes what is pending where that costs less than another turn of the main loop: to a few
 * streams. To be called at the end of a turn in which events may have been made.
 */
void
mcp_sse_flusher_flush_few (McpSseFlusher *self)
{
  gboolean is_few;

  g_mutex_lock (&self->lock);
  is_few = self->armed && self->dirty->len <= FEW_STREAMS;
  g_mutex_unlock (&self->lock);

  if (is_few)
    flush (self, SLICE_US);
}

/**
 * mcp_sse_flusher_call_after_flush:
 * @self: a flusher
 * @callback: what to call, once
 * @user_data: for @callback
 * @destroy: frees @user_data, called or not
 *
 * Lets the streams write what is pending before the caller goes on. That comes
 * about within the age that a pending event may have, however busy the main
 * loop is.
 */
void
mcp_sse_flusher_call_after_flush (McpSseFlusher *self,
                                  McpSseFlushedFunc callback,
                                  gpointer user_data,
                                  GDestroyNotify destroy)
{
  Waiter waiter = { callback, user_data, destroy };

  if (self->closed)
    {
      destroy (user_data);
      return;
    }

  g_array_append_val (self->waiters, waiter);
  g_mutex_lock (&self->lock);
  arm (self);
  g_mutex_unlock (&self->lock);
}

/**
 * mcp_sse_flusher_get_n_streams:
 * @self: a flusher
 *
 * Returns: how many streams are open
 */
guint
mcp_sse_flusher_get_n_streams (McpSseFlusher *self)
{
  return self->streams.length;
}

/**
 * mcp_sse_flusher_close:
 * @self: a flusher
 *
 * Writes what is pending as far as the sockets take it at once, then closes
 * every stream. Nothing can be opened afterwards.
 */
void
mcp_sse_flusher_close (McpSseFlusher *self)
{
  g_autoptr (GPtrArray) dirty = NULL;
  McpFlushItem *item;

  if (self->closed)
    return;

  /* First the rest of the round that goes on, then all that came since it began. */
  if (self->round != NULL)
    flush (self, G_MAXINT64);
  flush (self, G_MAXINT64);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  dirty = self->dirty;
  self->dirty = g_ptr_array_new_with_free_func (item_unref);
  g_mutex_unlock (&self->lock);

  destroy_sources (self);
  drop_waiters (self->round_waiters);
  drop_waiters (self->waiters);
  while ((item = g_queue_peek_head (&self->streams)) != NULL)
    item->funcs->close (item->owner);
}

/**
 * mcp_sse_flusher_add:
 * @self: a flusher
 * @item: of a new stream, with its funcs and owner
 *
 * Keeps the stream until mcp_sse_flusher_remove().
 */
void
mcp_sse_flusher_add (McpSseFlusher *self, McpFlushItem *item)
{
  item->funcs->ref (item->owner);
  item->link.data = item;
  item->last_sent_us = g_get_monotonic_time ();
  g_queue_push_tail_link (&self->streams, &item->link);
  if (self->streams.length == 1)
    arm_keep_alive (self);
}

/**
 * mcp_sse_flusher_remove:
 * @self: a flusher
 * @item: of a stream that was added
 *
 * Forgets the stream.
 */
void
mcp_sse_flusher_remove (McpSseFlusher *self, McpFlushItem *item)
{
  g_queue_unlink (&self->streams, &item->link);
  item->funcs->unref (item->owner);
}

/**
 * mcp_sse_flusher_mark:
 * @self: a flusher
 * @item: of one of its streams
 *
 * Says that the stream has something pending. Any thread.
 */
void
mcp_sse_flusher_mark (McpSseFlusher *self, McpFlushItem *item)
{
  if (!g_atomic_int_compare_and_exchange (&item->dirty, FALSE, TRUE))
    return;

  g_mutex_lock (&self->lock);
  if (!self->closed)
    {
      item->funcs->ref (item->owner);
      g_ptr_array_add (self->dirty, item);
      arm (self);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * mcp_sse_flusher_sent:
 * @self: a flusher
 * @item: of one of its streams
 *
 * Says that something was written to the stream: it is now the least silent.
 */
void
mcp_sse_flusher_sent (McpSseFlusher *self, McpFlushItem *item)
{
  item->last_sent_us = g_get_monotonic_time ();
  if (&item->link == self->streams.tail)
    return;

  g_queue_unlink (&self->streams, &item->link);
  g_queue_push_tail_link (&self->streams, &item->link);
}
