/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GDBus reads messages in a thread of its own, and makes a source of the main context for each.
 * All sources that are ready are dispatched in one turn, in the order in which they were attached.
 * So after some messages the thread attaches a mark, and reads on when the mark was reached:
 *
 *   message, message, …, message, mark   (a turn)   message, message, …
 */
#include "dbus/mcp-dbus-gate.h"

/* At its end the daemon waits for the bus in the main context, which reaches no mark then. */
#define PATIENCE_US (50 * G_TIME_SPAN_MILLISECOND)

struct _McpDbusGate
{
  GMainContext *context; /* (owned) */
  GMutex lock;
  GCond reached;
  guint n_messages; /* since the last mark; of the thread alone, as the next two */
  gsize n_bytes;
  guint n_placed;  /* marks */
  guint n_reached; /* under @lock */
};

static void
gate_clear (gpointer data)
{
  McpDbusGate *self = data;

  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->reached);
}

static gboolean
mark_cb (gpointer user_data)
{
  McpDbusGate *self = user_data;

  g_mutex_lock (&self->lock);
  self->n_reached++;
  g_cond_signal (&self->reached);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static void
place_mark (McpDbusGate *self)
{
  g_autoptr (GSource) mark = g_idle_source_new ();

  self->n_placed++;
  g_source_set_static_name (mark, "bus-gate");
  /* that of the messages, so that the mark comes behind them */
  g_source_set_priority (mark, G_PRIORITY_DEFAULT);
  g_source_set_callback (mark, mark_cb, g_atomic_rc_box_acquire (self),
                         (GDestroyNotify) mcp_dbus_gate_unref);
  g_source_attach (mark, self->context);
}

static void
await_mark (McpDbusGate *self)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (self->n_reached != self->n_placed)
    if (!g_cond_wait_until (&self->reached, &self->lock, until_us))
      break;
  g_mutex_unlock (&self->lock);
}

/**
 * mcp_dbus_gate_pass:
 * @self: the gate
 * @n_bytes: of a message that the main context is about to get
 *
 * Waits, 50 ms at most, until the main context has room for the message. For the one thread that
 * reads messages.
 */
void
mcp_dbus_gate_pass (McpDbusGate *self, gsize n_bytes)
{
  if (self->n_messages >= MCP_DBUS_GATE_MAX_MESSAGES || self->n_bytes >= MCP_DBUS_GATE_MAX_BYTES)
    {
      place_mark (self);
      await_mark (self);
      self->n_messages = 0;
      self->n_bytes = 0;
    }
  self->n_messages++;
  self->n_bytes += n_bytes;
}

/**
 * mcp_dbus_gate_unref:
 * @self: (transfer full): a gate
 *
 * Any thread.
 */
void
mcp_dbus_gate_unref (McpDbusGate *self)
{
  g_atomic_rc_box_release_full (self, gate_clear);
}

/**
 * mcp_dbus_gate_new:
 *
 * Returns: (transfer full): a gate to the calling thread's default main context
 */
McpDbusGate *
mcp_dbus_gate_new (void)
{
  McpDbusGate *self = g_atomic_rc_box_new0 (McpDbusGate);

  self->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->reached);
  return self;
}
