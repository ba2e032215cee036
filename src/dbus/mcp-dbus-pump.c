/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GDBus queues messages to send without a bound, and nobody can ask it how much
 * it holds. With a bus that stalls it would grow without end. The one thing it does
 * tell is when a flush is done; so signals go out in windows.
 */
#include "dbus/mcp-dbus-pump.h"

#include "common/mcp-timer.h"
#include "dbus/mcp-dbus-audience.h"

/* What sessions that end may hand over above the window, so that their last events are not lost. */
#define LAST_WORDS_WINDOW 1024
#define LAST_WORDS_BYTES  (16 * MCP_DBUS_PUMP_BYTES)

/* Fewer events than this in a second are signalled without asking first. */
#define FEW_EVENTS 64

/* An item that holds something back, and how much of that the question covers. */
typedef struct
{
  GObject *item; /* (owned) */
  guint n_covered;
} Holder;

typedef struct
{
  GSource source;
  McpDbusPump *pump; /* (unowned): destroys the source before it goes */
} WakeSource;

struct _McpDbusPump
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) (nullable): NULL once closed */
  const McpDbusPumpFuncs *funcs;
  GMainContext *context; /* (owned) */
  GSource *wake_source;  /* (owned): becomes ready when something was put into woken */
  GQueue turns;          /* of (owned) GObject items, in the order of their turns */

  guint n_handed; /* signals since the last flush was begun */
  gsize n_bytes;  /* of their arguments */
  gboolean flushing;

  McpDbusAudience *audience; /* (owned) */
  gboolean quiet;            /* nobody received anything when the bus was asked last */
  GHashTable *holders;       /* (owned): GObject -> Holder */
  GSource *ask_timer;        /* (owned) (nullable) */
  guint n_held;
  gsize held_bytes;
  gint64 second_us; /* monotonic: when counting began */
  guint n_in_second;

  GMutex lock;     /* guards what follows */
  GQueue woken;    /* of (owned) GObject items, from any thread */
  gboolean closed; /* nothing is put into woken any more */
};

G_DEFINE_FINAL_TYPE (McpDbusPump, mcp_dbus_pump, G_TYPE_OBJECT)

static void run (McpDbusPump *self);

static void
holder_free (gpointer data)
{
  Holder *holder = data;

  g_object_unref (holder->item);
  g_free (holder);
}

/* Counts what was signalled or dropped.
 *
 * Returns: how many that were since the second began */
static guint
count (McpDbusPump *self, guint n)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->second_us >= G_USEC_PER_SEC)
    {
      self->second_us = now_us;
      self->n_in_second = 0;
    }
  self->n_in_second += n;
  return self->n_in_second;
}

static void
ask (McpDbusPump *self)
{
  GHashTableIter iter;
  gpointer data;

  if (!mcp_dbus_audience_ask (self->audience))
    return;
  g_hash_table_iter_init (&iter, self->holders);
  while (g_hash_table_iter_next (&iter, NULL, &data))
    {
      Holder *holder = data;

      holder->n_covered = self->funcs->count (holder->item);
    }
}

static gboolean
ask_timer_cb (gpointer user_data)
{
  McpDbusPump *self = user_data;

  mcp_timer_clear (&self->ask_timer);
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
ask_soon (McpDbusPump *self)
{
  if (self->ask_timer == NULL && !mcp_dbus_audience_is_asking (self->audience))
    self->ask_timer = mcp_timer_new_ms ("bus-audience", MCP_DBUS_PUMP_ASK_MS, ask_timer_cb, self);
}

/* Says all that was held back. */
static void
speak (McpDbusPump *self)
{
  GHashTableIter iter;
  gpointer item;

  self->quiet = FALSE;
  self->second_us = g_get_monotonic_time ();
  self->n_in_second = 0;
  g_hash_table_iter_init (&iter, self->holders);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    g_queue_push_tail (&self->turns, g_object_ref (item));
  g_hash_table_remove_all (self->holders);
  run (self);
}

/* Afterwards all items take a turn: they may have had no room to hold more. */
static void
drop_covered (McpDbusPump *self)
{
  GHashTableIter iter;
  gpointer data;

  g_hash_table_iter_init (&iter, self->holders);
  while (g_hash_table_iter_next (&iter, NULL, &data))
    {
      Holder *holder = data;
      guint n_covered = holder->n_covered;

      holder->n_covered = 0;
      count (self, n_covered);
      g_queue_push_tail (&self->turns, g_object_ref (holder->item));
      if (self->funcs->drop (holder->item, n_covered) == 0)
        g_hash_table_iter_remove (&iter);
    }
}

static void
audience_cb (gboolean is_empty, gpointer user_data)
{
  g_autoptr (McpDbusPump) self = g_object_ref (MCP_DBUS_PUMP (user_data));

  if (!is_empty)
    {
      speak (self);
      return;
    }
  drop_covered (self);
  /* When there is little to say, it is cheaper to say it. */
  if (self->quiet && count (self, 0) < FEW_EVENTS)
    {
      speak (self);
      return;
    }
  self->quiet = TRUE;
  run (self);
  if (g_hash_table_size (self->holders) > 0)
    ask_soon (self);
}

/* @item: (transfer full) */
static void
hold (McpDbusPump *self, GObject *item)
{
  Holder *holder;
  gboolean holds = self->funcs->hold (item);

  if (!holds || g_hash_table_contains (self->holders, item))
    {
      g_object_unref (item);
    }
  else
    {
      holder = g_new0 (Holder, 1);
      holder->item = item;
      g_hash_table_insert (self->holders, item, holder);
    }
  if (holds)
    ask_soon (self);
}

/**
 * mcp_dbus_pump_may_hold:
 * @self: the pump
 *
 * Returns: whether one more event may be held back
 */
gboolean
mcp_dbus_pump_may_hold (McpDbusPump *self)
{
  return self->n_held < MCP_DBUS_PUMP_HELD_EVENTS && self->held_bytes < MCP_DBUS_PUMP_HELD_BYTES;
}

/**
 * mcp_dbus_pump_count_held:
 * @self: the pump
 * @n_events: that an item holds back more than before; negative: fewer
 * @n_bytes: their sizes
 */
void
mcp_dbus_pump_count_held (McpDbusPump *self, int n_events, gssize n_bytes)
{
  self->n_held += (guint) n_events;
  self->held_bytes += (gsize) n_bytes;
}

static void
flushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpDbusPump) self = MCP_DBUS_PUMP (user_data);
  g_autoptr (GError) error = NULL;

  /* a connection that broke says so by its signal "closed" */
  if (!g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, &error))
    g_debug ("The bus connection could not be flushed: %s", error->message);

  self->flushing = FALSE;
  run (self);
}

static gboolean
window_is_open (McpDbusPump *self)
{
  return self->n_handed + MCP_DBUS_PUMP_MAX_TURN <= MCP_DBUS_PUMP_WINDOW &&
         self->n_bytes < MCP_DBUS_PUMP_BYTES;
}

static void
flush_if_due (McpDbusPump *self)
{
  if (self->flushing || window_is_open (self))
    return;

  self->flushing = TRUE;
  self->n_handed = 0;
  self->n_bytes = 0;
  g_dbus_connection_flush (self->connection, NULL, flushed_cb, g_object_ref (self));
}

static void
run (McpDbusPump *self)
{
  while (self->connection != NULL && !self->flushing)
    {
      g_autoptr (GObject) item = g_queue_pop_head (&self->turns);

      if (item == NULL)
        return;
      if (self->quiet)
        hold (self, g_steal_pointer (&item));
      else if (self->funcs->take_turn (item))
        g_queue_push_tail (&self->turns, g_steal_pointer (&item));
      if (self->connection != NULL)
        flush_if_due (self);
    }
}

static gboolean
wake_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  McpDbusPump *self = ((WakeSource *) source)->pump;
  g_autoptr (McpDbusPump) guard = g_object_ref (self);
  gpointer item;

  /* before the queue is emptied: whoever pushes after that makes it ready again */
  g_source_set_ready_time (source, -1);
  g_mutex_lock (&self->lock);
  while ((item = g_queue_pop_head (&self->woken)) != NULL)
    g_queue_push_tail (&self->turns, item);
  g_mutex_unlock (&self->lock);

  run (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wake_source_funcs = { .dispatch = wake_source_dispatch };

/**
 * mcp_dbus_pump_close:
 * @self: the pump
 *
 * Stops for good: nothing more is emitted, and no item is held any longer.
 */
void
mcp_dbus_pump_close (McpDbusPump *self)
{
  GQueue woken;

  g_return_if_fail (MCP_IS_DBUS_PUMP (self));

  g_clear_object (&self->connection);
  mcp_dbus_audience_close (self->audience);
  mcp_timer_clear (&self->ask_timer);
  g_hash_table_remove_all (self->holders);
  g_source_destroy (self->wake_source);
  g_queue_clear_full (&self->turns, g_object_unref);

  /* An item holds a reference to the pump: one that came later would never be freed. */
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  woken = self->woken;
  g_queue_init (&self->woken);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&woken, g_object_unref);
}

static void
mcp_dbus_pump_dispose (GObject *object)
{
  mcp_dbus_pump_close (MCP_DBUS_PUMP (object));
  G_OBJECT_CLASS (mcp_dbus_pump_parent_class)->dispose (object);
}

static void
mcp_dbus_pump_finalize (GObject *object)
{
  McpDbusPump *self = MCP_DBUS_PUMP (object);

  g_clear_object (&self->audience);
  g_hash_table_unref (self->holders);
  g_source_unref (self->wake_source);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (mcp_dbus_pump_parent_class)->finalize (object);
}

static void
mcp_dbus_pump_class_init (McpDbusPumpClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mcp_dbus_pump_dispose;
  object_class->finalize = mcp_dbus_pump_finalize;
}

static void
mcp_dbus_pump_init (McpDbusPump *self)
{
  self->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->lock);
  g_queue_init (&self->woken);
  g_queue_init (&self->turns);
  self->holders = g_hash_table_new_full (NULL, NULL, NULL, holder_free);

  self->wake_source = g_source_new (&wake_source_funcs, sizeof (WakeSource));
  ((WakeSource *) self->wake_source)->pump = self;
  g_source_set_static_name (self->wake_source, "[mcp-sessiond] bus signals");
  g_source_set_priority (self->wake_source, G_PRIORITY_DEFAULT);
  g_source_attach (self->wake_source, self->context);
}

/**
 * mcp_dbus_pump_new:
 * @connection: where signals go
 * @funcs: static: what items do
 *
 * Returns: (transfer full): a pump on the calling thread's default main context
 */
McpDbusPump *
mcp_dbus_pump_new (GDBusConnection *connection, const McpDbusPumpFuncs *funcs)
{
  McpDbusPump *self = g_object_new (MCP_TYPE_DBUS_PUMP, NULL);

  self->connection = g_object_ref (connection);
  self->funcs = funcs;
  self->audience = mcp_dbus_audience_new (connection, audience_cb, self);
  return self;
}

/**
 * mcp_dbus_pump_wake:
 * @self: the pump
 * @item: a #GObject that has something to say
 *
 * Lets @item take turns in the main context until it has nothing to say. Waking
 * it twice is harmless. Any thread.
 */
void
mcp_dbus_pump_wake (McpDbusPump *self, gpointer item)
{
  g_mutex_lock (&self->lock);
  if (!self->closed)
    g_queue_push_tail (&self->woken, g_object_ref (item));
  g_mutex_unlock (&self->lock);

  g_source_set_ready_time (self->wake_source, 0);
}

/**
 * mcp_dbus_pump_emit:
 * @self: the pump
 * @path: the object that emits
 * @interface_name: the signal's interface
 * @signal_name: the signal
 * @parameters: (transfer floating): its arguments, a tuple
 *
 * Hands a signal to the connection at once; from an item's turn, or where an
 * item says its last words. Does nothing once closed.
 */
void
mcp_dbus_pump_emit (McpDbusPump *self,
                    const char *path,
                    const char *interface_name,
                    const char *signal_name,
                    GVariant *parameters)
{
  g_autoptr (GVariant) tuple = g_variant_ref_sink (parameters);
  g_autoptr (GError) error = NULL;

  if (self->connection == NULL)
    return;

  if (self->funcs->hold != NULL && !self->quiet && count (self, 1) % MCP_DBUS_PUMP_ASK_AFTER == 0)
    mcp_dbus_audience_ask (self->audience);
  self->n_handed++;
  self->n_bytes += g_variant_get_size (tuple);
  if (!g_dbus_connection_emit_signal (self->connection, NULL, path, interface_name, signal_name,
                                      tuple, &error))
    g_debug ("The signal %s was not sent: %s", signal_name, error->message);
}

/**
 * mcp_dbus_pump_has_room_for_end:
 * @self: the pump
 *
 * Whether an item that ends now may still hand over an event outside its turn.
 * This bounds what many sessions that end at once put into GDBus' queue.
 *
 * Returns: whether there is room
 */
gboolean
mcp_dbus_pump_has_room_for_end (McpDbusPump *self)
{
  return self->connection != NULL && self->n_handed < LAST_WORDS_WINDOW &&
         self->n_bytes < LAST_WORDS_BYTES;
}
