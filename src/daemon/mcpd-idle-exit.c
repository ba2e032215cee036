/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-idle-exit.h"

#include "common/mcp-timer.h"

/* How often it is looked: what comes and goes in between is missed, and costs a restart at most. */
#define MAX_LOOK_SECONDS 10

struct _McpdIdleExit
{
  const McpdIdleExitFuncs *funcs;
  gpointer user_data;
  guint seconds;        /* 0: never */
  gint64 busy_until_us; /* monotonic: when there was something last */
  GSource *timer;       /* (owned) (nullable) */
};

static gboolean
look_cb (gpointer user_data)
{
  McpdIdleExit *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (self->funcs->is_busy (self->user_data))
    self->busy_until_us = now_us;
  if (now_us - self->busy_until_us < (gint64) self->seconds * G_TIME_SPAN_SECOND)
    return G_SOURCE_CONTINUE;

  mcp_timer_clear (&self->timer);
  self->funcs->is_over (self->user_data);
  return G_SOURCE_REMOVE;
}

/**
 * mcpd_idle_exit_set:
 * @self: the idle exit
 * @seconds: how long nothing must have happened; 0: never
 */
void
mcpd_idle_exit_set (McpdIdleExit *self, guint seconds)
{
  if (seconds == self->seconds)
    return;
  self->seconds = seconds;
  self->busy_until_us = g_get_monotonic_time ();
  mcp_timer_clear (&self->timer);
  if (seconds > 0)
    self->timer = mcp_timer_new_seconds ("idle-exit", CLAMP (seconds / 2, 1, MAX_LOOK_SECONDS),
                                         look_cb, self);
}

/**
 * mcpd_idle_exit_new:
 * @funcs: static
 * @user_data: for @funcs
 *
 * Returns: (transfer full): looks at nothing before mcpd_idle_exit_set()
 */
McpdIdleExit *
mcpd_idle_exit_new (const McpdIdleExitFuncs *funcs, gpointer user_data)
{
  McpdIdleExit *self = g_new0 (McpdIdleExit, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}

/**
 * mcpd_idle_exit_free:
 * @self: (transfer full): the idle exit
 */
void
mcpd_idle_exit_free (McpdIdleExit *self)
{
  mcp_timer_clear (&self->timer);
  g_free (self);
}
