/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/events/mcp-event-counts.h"

/* The readers may be threads of their own; no two fields need to agree. */
struct _McpEventCounts
{
  gsize n_taken;
  gsize n_missed;
};

/**
 * mcp_event_counts_new:
 *
 * Returns: (transfer full): counts at zero
 */
McpEventCounts *
mcp_event_counts_new (void)
{
  return g_atomic_rc_box_new0 (McpEventCounts);
}

/**
 * mcp_event_counts_ref:
 * @self: the counts
 *
 * Returns: (transfer full): @self
 */
McpEventCounts *
mcp_event_counts_ref (McpEventCounts *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * mcp_event_counts_unref:
 * @self: (transfer full): the counts
 */
void
mcp_event_counts_unref (McpEventCounts *self)
{
  g_atomic_rc_box_release (self);
}

/**
 * mcp_event_counts_add:
 * @self: the counts
 * @n_taken: how many events a reader took
 * @n_missed: the sum of its “lagged” reports
 */
void
mcp_event_counts_add (McpEventCounts *self, guint n_taken, guint64 n_missed)
{
  if (n_taken > 0)
    g_atomic_pointer_add (&self->n_taken, (gssize) n_taken);
  if (n_missed > 0)
    g_atomic_pointer_add (&self->n_missed, (gssize) n_missed);
}

/**
 * mcp_event_counts_get_taken:
 * @self: the counts
 *
 * Returns: how many events were taken
 */
guint64
mcp_event_counts_get_taken (McpEventCounts *self)
{
  return GPOINTER_TO_SIZE (g_atomic_pointer_get (&self->n_taken));
}

/**
 * mcp_event_counts_get_missed:
 * @self: the counts
 *
 * Returns: how many events readers have missed, as reported to them
 */
guint64
mcp_event_counts_get_missed (McpEventCounts *self)
{
  return GPOINTER_TO_SIZE (g_atomic_pointer_get (&self->n_missed));
}
