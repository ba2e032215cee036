/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* When a source of a main context is to be dispatched, for sources that are timed often. */
#include <glib.h>

G_BEGIN_DECLS

/**
 * mcp_wake_time_is_due:
 * @source: a source that is asked by the main context, in its `prepare` or `check`
 * @due_us: monotonic time when the source is to be dispatched; 0: at once; -1: never
 * @timeout_ms: (out): how long the main context may sleep, as `prepare` says it
 *
 * For a source that is timed often. g_source_set_ready_time() makes two system calls, which this
 * does not; so whoever sets @due_us in another thread wakes the main context.
 *
 * Returns: whether the source is to be dispatched
 */
static inline gboolean
mcp_wake_time_is_due (GSource *source, gint64 due_us, int *timeout_ms)
{
  gint64 left_us = due_us <= 0 ? due_us : due_us - g_source_get_time (source);

  *timeout_ms = -1;
  if (due_us < 0)
    return FALSE;
  *timeout_ms = (int) CLAMP ((left_us + 999) / 1000, 0, G_MAXINT);
  return left_us <= 0;
}

G_END_DECLS
