/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/mcp-dbus-watcher.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"
#include "dbus/mcp-dbus-event.h"
#include "mcp-gen.h"

#define SESSION_INTERFACE (mcp_gen_session1_interface_info ()->name)
#define STORE_INTERFACE   (mcp_gen_session_store1_interface_info ()->name)

/* Between two PropertiesChanged of one session. */
#define CHANGED_INTERVAL_MS 100

/*
 * A larger event is counted as missed. Upstream servers may send more than a bus carries, and each
 * event is written twice, by the main context.
 */
#define MAX_EVENT_BYTES (1024 * 1024)

/* An event that is not signalled yet, and what was missed before it. */
typedef struct
{
  McpProgressEvent *event; /* (owned) */
  guint64 missed;
} Held;

struct _McpDbusWatcher
{
  GObject parent_instance;

  McpDbusPump *pump;    /* (owned) */
  McpSession *session;  /* (owned) */
  char *path;           /* (owned): of the session's object */
  McpEventQueue *queue; /* (owned) (nullable): NULL when stopped */
  GQueue held;          /* of (owned) Held: taken from the queue, and held back */
  guint64 n_taken;      /* from the queue, and not held back any more */
  GQueue waiting;       /* (owned): GTask (owned): until n_taken reached what each waits for */

  guint told_subscribers; /* what the bus was last told */
  guint told_calls_in_flight;
  gboolean changed; /* a signal about one of them is due in the next turn */
  GSource *hold;    /* (owned) (nullable): until it fires they are not told again */
};

G_DEFINE_FINAL_TYPE (McpDbusWatcher, mcp_dbus_watcher, G_TYPE_OBJECT)

static gboolean
counts_differ (McpDbusWatcher *self)
{
  return self->told_subscribers != mcp_session_get_n_subscribers (self->session) ||
         self->told_calls_in_flight != mcp_session_get_calls_in_flight (self->session);
}

static void
check_counts (McpDbusWatcher *self)
{
  if (self->changed || self->hold != NULL || !counts_differ (self))
    return;

  self->changed = TRUE;
  mcp_dbus_pump_wake (self->pump, self);
}

static void
session_notify_cb (McpSession *session, GParamSpec *pspec, gpointer user_data)
{
  check_counts (MCP_DBUS_WATCHER (user_data));
}

static gboolean
hold_over_cb (gpointer user_data)
{
  McpDbusWatcher *self = MCP_DBUS_WATCHER (user_data);

  mcp_timer_clear (&self->hold);
  check_counts (self);
  return G_SOURCE_REMOVE;
}

static void
add_count (GVariantBuilder *changed, const char *name, guint count, guint *told)
{
  if (*told == count)
    return;

  *told = count;
  g_variant_builder_add (changed, "{sv}", name, g_variant_new_uint32 (count));
}

static void
emit_changed (McpDbusWatcher *self)
{
  GVariantBuilder changed;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  add_count (&changed, "Subscribers", mcp_session_get_n_subscribers (self->session),
             &self->told_subscribers);
  add_count (&changed, "CallsInFlight", mcp_session_get_calls_in_flight (self->session),
             &self->told_calls_in_flight);
  mcp_dbus_pump_emit (
      self->pump, self->path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(s@a{sv}@as)", SESSION_INTERFACE, g_variant_builder_end (&changed),
                     g_variant_new_strv (NULL, 0)));
  self->hold = mcp_timer_new_ms ("bus-properties", CHANGED_INTERVAL_MS, hold_over_cb, self);
}

static void
emit_lagged (McpDbusWatcher *self, guint64 missed)
{
  if (missed > 0)
    mcp_dbus_pump_emit (self->pump, self->path, SESSION_INTERFACE, "Lagged",
                        g_variant_new ("(u)", (guint32) MIN (missed, G_MAXUINT32)));
}

static void
emit_event (McpDbusWatcher *self, McpProgressEvent *event)
{
  /* made once for both signals */
  g_autoptr (GVariant) dict = g_variant_ref_sink (mcp_dbus_event_build (event));

  if (g_variant_get_size (dict) > MAX_EVENT_BYTES)
    {
      emit_lagged (self, 1);
      return;
    }
  mcp_dbus_pump_emit (self->pump, self->path, SESSION_INTERFACE, "Progress",
                      g_variant_new ("(@a{sv})", dict));
  mcp_dbus_pump_emit (self->pump, MCP_STORE_PATH, STORE_INTERFACE, "Progress",
                      g_variant_new ("(s@a{sv})", mcp_session_get_id (self->session), dict));
}

/* Tells those who wait for no more than what has been said. */
static void
release_waiting (McpDbusWatcher *self, guint64 n_taken)
{
  for (;;)
    {
      GTask *task = g_queue_peek_head (&self->waiting);
      const guint64 *wanted = task != NULL ? g_task_get_task_data (task) : NULL;

      if (wanted == NULL || *wanted > n_taken)
        return;
      g_queue_pop_head (&self->waiting);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

/* What was held back comes first.
 *
 * Returns: (transfer full) (nullable): the next event */
static McpProgressEvent *
take_next (McpDbusWatcher *self, guint64 *missed)
{
  g_autofree Held *held = g_queue_pop_head (&self->held);

  if (held == NULL)
    return mcp_event_queue_pop (self->queue, missed);
  *missed = held->missed;
  mcp_dbus_pump_count_held (self->pump, -1, -(gssize) mcp_progress_event_get_size (held->event));
  return held->event;
}

static gboolean
emit_next (McpDbusWatcher *self)
{
  g_autoptr (McpProgressEvent) event = NULL;
  guint64 missed = 0;

  if (self->queue == NULL)
    return FALSE;

  event = take_next (self, &missed);
  emit_lagged (self, missed);
  if (event == NULL)
    {
      release_waiting (self, G_MAXUINT64);
      return FALSE;
    }

  emit_event (self, event);
  release_waiting (self, ++self->n_taken);
  return TRUE;
}

/* Signals the next event, and before it what was missed and what changed. */
static gboolean
take_turn (gpointer watcher)
{
  McpDbusWatcher *self = MCP_DBUS_WATCHER (watcher);

  if (self->changed && self->queue != NULL && counts_differ (self))
    emit_changed (self);
  self->changed = FALSE;

  return emit_next (self);
}

/* What has changed is told at once: nobody needs to receive it for long. */
static gboolean
hold (gpointer watcher)
{
  McpDbusWatcher *self = MCP_DBUS_WATCHER (watcher);
  guint64 missed = 0;
  McpProgressEvent *event;

  if (self->queue == NULL)
    return FALSE;
  if (self->changed && counts_differ (self))
    emit_changed (self);
  self->changed = FALSE;
  while (mcp_dbus_pump_may_hold (self->pump) &&
         (event = mcp_event_queue_pop (self->queue, &missed)) != NULL)
    {
      Held *held = g_new (Held, 1);

      held->event = event;
      held->missed = missed;
      g_queue_push_tail (&self->held, held);
      mcp_dbus_pump_count_held (self->pump, 1, (gssize) mcp_progress_event_get_size (event));
    }
  return self->held.length > 0;
}

static guint
drop (gpointer watcher, guint n_events)
{
  McpDbusWatcher *self = MCP_DBUS_WATCHER (watcher);

  for (; n_events > 0 && self->held.length > 0; n_events--)
    {
      guint64 missed;
      g_autoptr (McpProgressEvent) event = take_next (self, &missed);

      self->n_taken++;
    }
  if (self->queue != NULL)
    release_waiting (self, self->held.length == 0 && mcp_event_queue_get_length (self->queue) == 0
                               ? G_MAXUINT64
                               : self->n_taken);
  return self->held.length;
}

static guint
count_held (gpointer watcher)
{
  return MCP_DBUS_WATCHER (watcher)->held.length;
}

const McpDbusPumpFuncs mcp_dbus_watcher_pump_funcs = { take_turn, hold, drop, count_held };

/**
 * mcp_dbus_watcher_emit_all_async:
 * @self: the watcher
 * @callback: (scope async): when it is so
 * @user_data: for @callback
 *
 * Waits until what is in the queue now has been handed to the bus, or been dropped from there: an
 * answer that is sent then comes after it.
 */
void
mcp_dbus_watcher_emit_all_async (McpDbusWatcher *self,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  guint n_waiting =
      self->queue != NULL ? self->held.length + mcp_event_queue_get_length (self->queue) : 0;
  guint64 *wanted = g_new (guint64, 1);

  g_task_set_source_tag (task, mcp_dbus_watcher_emit_all_async);
  *wanted = self->n_taken + n_waiting;
  g_task_set_task_data (task, wanted, g_free);
  if (n_waiting == 0)
    g_task_return_boolean (task, TRUE);
  else
    g_queue_push_tail (&self->waiting, g_steal_pointer (&task));
}

/**
 * mcp_dbus_watcher_emit_all_finish:
 * @self: the watcher
 * @result: what the callback got
 */
void
mcp_dbus_watcher_emit_all_finish (McpDbusWatcher *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

/* Takes what is left in the queue; returns how many events that and what was missed before make. */
static guint64
discard_rest (McpDbusWatcher *self)
{
  guint64 total = 0;
  gboolean more = TRUE;

  while (more)
    {
      guint64 missed = 0;
      g_autoptr (McpProgressEvent) event = take_next (self, &missed);

      more = event != NULL;
      total += missed + (more ? 1 : 0);
    }
  return total;
}

/**
 * mcp_dbus_watcher_emit_closed:
 * @self: the watcher of a session that has ended
 *
 * Signals the session's last events and that it is closed, at once, then stops.
 */
void
mcp_dbus_watcher_emit_closed (McpDbusWatcher *self)
{
  const char *reason;

  g_return_if_fail (MCP_IS_DBUS_WATCHER (self));

  if (self->queue == NULL)
    return;

  while (mcp_dbus_pump_has_room_for_end (self->pump) && emit_next (self))
    ;
  emit_lagged (self, discard_rest (self));

  reason = mcp_event_queue_get_reason (self->queue);
  mcp_dbus_pump_emit (self->pump, self->path, SESSION_INTERFACE, "Closed",
                      g_variant_new ("(s)", reason != NULL ? reason : MCP_REASON_CLOSED));
  mcp_dbus_watcher_stop (self);
}

/* In the thread that pushed an event. */
static void
queue_notify_cb (McpEventQueue *queue, gpointer user_data)
{
  McpDbusWatcher *self = user_data;

  mcp_dbus_pump_wake (self->pump, self);
}

/**
 * mcp_dbus_watcher_stop:
 * @self: the watcher
 *
 * Lets go of the session; nothing is signalled any more.
 */
void
mcp_dbus_watcher_stop (McpDbusWatcher *self)
{
  g_autoptr (McpEventQueue) queue = g_steal_pointer (&self->queue);

  g_signal_handlers_disconnect_by_func (self->session, session_notify_cb, self);
  mcp_timer_clear (&self->hold);
  drop (self, self->held.length);
  release_waiting (self, G_MAXUINT64);
  if (queue == NULL)
    return;

  /* the queue keeps its reference to us until it goes: a push in another thread may still wake us
   */
  mcp_session_unsubscribe (self->session, queue);
}

static void
mcp_dbus_watcher_finalize (GObject *object)
{
  McpDbusWatcher *self = MCP_DBUS_WATCHER (object);

  mcp_dbus_watcher_stop (self);
  g_clear_object (&self->session);
  g_clear_object (&self->pump);
  g_free (self->path);
  G_OBJECT_CLASS (mcp_dbus_watcher_parent_class)->finalize (object);
}

static void
mcp_dbus_watcher_class_init (McpDbusWatcherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_dbus_watcher_finalize;
}

static void
mcp_dbus_watcher_init (McpDbusWatcher *self)
{
}

/**
 * mcp_dbus_watcher_new:
 * @pump: where its signals go
 * @session: what to watch
 * @path: the session's object
 *
 * Begins to watch: events published from now on are signalled. It must be
 * stopped to be freed.
 *
 * Returns: (transfer full): a watcher
 */
McpDbusWatcher *
mcp_dbus_watcher_new (McpDbusPump *pump, McpSession *session, const char *path)
{
  McpDbusWatcher *self = g_object_new (MCP_TYPE_DBUS_WATCHER, NULL);
  g_autoptr (GError) error = NULL;

  self->pump = g_object_ref (pump);
  self->session = g_object_ref (session);
  self->path = g_strdup (path);
  self->told_subscribers = mcp_session_get_n_subscribers (session);
  self->told_calls_in_flight = mcp_session_get_calls_in_flight (session);

  self->queue = mcp_session_subscribe (session, MCP_SUBSCRIBER_INTERNAL, NULL, &error);
  if (self->queue == NULL)
    {
      g_debug ("No events of session %s on the bus: %s", mcp_session_get_id (session),
               error->message);
      return self;
    }
  mcp_event_queue_set_notify (self->queue, queue_notify_cb, g_object_ref (self), g_object_unref);
  g_signal_connect (session, "notify::n-subscribers", G_CALLBACK (session_notify_cb), self);
  g_signal_connect (session, "notify::calls-in-flight", G_CALLBACK (session_notify_cb), self);
  return self;
}
