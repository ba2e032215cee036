/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Timers as owned sources. A source belongs to the main context that it was attached to, which an
 * id from g_timeout_add() does not say; and its name shows who worked when a turn of the main
 * context took too long.
 */
#include <glib.h>

G_BEGIN_DECLS

/**
 * mcp_timer_clear:
 * @source: (inout): a field with an owned source, or with %NULL
 *
 * Ends a timer, or any other source, and empties the field. May be called from the source's own
 * callback. Thread of the source's main context.
 */
static inline void
mcp_timer_clear (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/**
 * mcp_timer_attach:
 * @source: (transfer none): a source that is not attached yet
 * @name: a literal: what the source is for, for instance "call-deadline"
 * @callback: (scope notified): a function of the type that @source calls
 * @user_data: for @callback; must live until mcp_timer_clear()
 *
 * Attaches a source to the main context of this thread.
 */
static inline void
mcp_timer_attach (GSource *source, const char *name, GSourceFunc callback, gpointer user_data)
{
  g_source_set_static_name (source, name);
  g_source_set_callback (source, callback, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/**
 * mcp_timer_new_ms:
 * @name: a literal: what the timer is for, for instance "call-deadline"
 * @interval_ms: milliseconds until @callback is called, and between two calls
 * @callback: (scope notified): returns %G_SOURCE_REMOVE to be called no more
 * @user_data: for @callback; must live until mcp_timer_clear()
 *
 * Starts a timer in the main context of this thread. After %G_SOURCE_REMOVE the field still owns
 * the source: mcp_timer_clear() empties it.
 *
 * Returns: (transfer full): the source
 */
static inline GSource *
mcp_timer_new_ms (const char *name, guint interval_ms, GSourceFunc callback, gpointer user_data)
{
  GSource *source = g_timeout_source_new (interval_ms);

  mcp_timer_attach (source, name, callback, user_data);
  return source;
}

/**
 * mcp_timer_new_seconds:
 * @name: a literal: what the timer is for, for instance "session-expiry"
 * @interval_s: seconds until @callback is called, and between two calls; fires together with
 *   others of its second, so that an idle process wakes seldom
 * @callback: (scope notified): returns %G_SOURCE_REMOVE to be called no more
 * @user_data: for @callback; must live until mcp_timer_clear()
 *
 * Returns: (transfer full): the source; as for mcp_timer_new_ms()
 */
static inline GSource *
mcp_timer_new_seconds (const char *name, guint interval_s, GSourceFunc callback, gpointer user_data)
{
  GSource *source = g_timeout_source_new_seconds (interval_s);

  mcp_timer_attach (source, name, callback, user_data);
  return source;
}

/**
 * mcp_timer_new_idle:
 * @name: a literal: what is done, for instance "queue-wake"
 * @priority: of the source, for instance %G_PRIORITY_DEFAULT
 * @callback: (scope notified): returns %G_SOURCE_REMOVE to be called no more
 * @user_data: for @callback; must live until mcp_timer_clear()
 *
 * Has @callback called in one of the next turns of this thread's main context.
 *
 * Returns: (transfer full): the source; as for mcp_timer_new_ms()
 */
static inline GSource *
mcp_timer_new_idle (const char *name, int priority, GSourceFunc callback, gpointer user_data)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  mcp_timer_attach (source, name, callback, user_data);
  return source;
}

G_END_DECLS
