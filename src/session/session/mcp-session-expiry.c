/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/session/mcp-session-expiry.h"

/* After the last process that used a session which nobody asked for has ended: long enough for a
 * client that is started again. */
#define ABANDONED_US (60 * G_USEC_PER_SEC)

/* A session ends so late at most, in shares of its idle time: nobody waits for it, and one look
 * does for many sessions. */
#define LATE_SHARE      4
#define LATE_SECONDS    30
/* How often to look whether processes have ended. */
#define PROCESS_SECONDS 15
/* How often to look at a session that is past its idle time, and held. */
#define HELD_SECONDS    60
/* The clock may be set, and stands still for timers while the machine sleeps. */
#define LONGEST_SECONDS 3600

/**
 * mcp_session_expiry_touch:
 * @self: the expiry of a session
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Notes that the session is used now.
 */
void
mcp_session_expiry_touch (McpSessionExpiry *self, gint64 now_real_us)
{
  self->last_active_at = now_real_us;
}

/**
 * mcp_session_expiry_hold:
 * @self: the expiry of a session
 *
 * Keeps the session from ending by itself until mcp_session_expiry_release().
 */
void
mcp_session_expiry_hold (McpSessionExpiry *self)
{
  self->n_holds++;
}

/**
 * mcp_session_expiry_release:
 * @self: the expiry of a session that is held
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Ends one hold; the idle time starts now.
 */
void
mcp_session_expiry_release (McpSessionExpiry *self, gint64 now_real_us)
{
  g_return_if_fail (self->n_holds > 0);

  self->n_holds--;
  mcp_session_expiry_touch (self, now_real_us);
}

/**
 * mcp_session_expiry_clear:
 * @self: the expiry of a session
 */
void
mcp_session_expiry_clear (McpSessionExpiry *self)
{
  g_clear_pointer (&self->processes, mcp_session_processes_free);
}

/**
 * mcp_session_expiry_follow_processes:
 * @self: the expiry of a session that a client got without asking for one
 *
 * From now on the session also ends a minute after the last process that used it.
 */
void
mcp_session_expiry_follow_processes (McpSessionExpiry *self)
{
  if (self->processes == NULL)
    self->processes = mcp_session_processes_new ();
}

/**
 * mcp_session_expiry_is_abandoned:
 * @self: the expiry of a session without event streams
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Returns: whether all processes that used the session ended a minute ago or earlier, and nobody
 *   has used it since; nobody can come back for the results of its calls then
 */
gboolean
mcp_session_expiry_is_abandoned (const McpSessionExpiry *self, gint64 now_real_us)
{
  gint64 ended_at;

  return self->processes != NULL && self->n_holds == 0 &&
         mcp_session_processes_have_ended (self->processes, &ended_at) &&
         now_real_us - MAX (ended_at, self->last_active_at) >= ABANDONED_US;
}

/**
 * mcp_session_expiry_is_due:
 * @self: the expiry of a session without calls in flight and without event streams
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Returns: whether the session is to end now
 */
gboolean
mcp_session_expiry_is_due (const McpSessionExpiry *self, gint64 now_real_us)
{
  return self->idle_seconds > 0 && self->n_holds == 0 &&
         now_real_us - self->last_active_at >= (gint64) self->idle_seconds * G_USEC_PER_SEC;
}

/* After how many seconds the idle time is over, or the session should be let go by who holds it. */
static guint
get_idle_wait (const McpSessionExpiry *self, gint64 now_real_us)
{
  gint64 idle_us = (gint64) self->idle_seconds * G_USEC_PER_SEC;
  gint64 left_us = self->last_active_at + idle_us - now_real_us;
  guint late_seconds = CLAMP (self->idle_seconds / LATE_SHARE, 1, LATE_SECONDS);

  if (left_us <= 0)
    return CLAMP (self->idle_seconds / LATE_SHARE, 1, HELD_SECONDS);
  return (guint) CLAMP (left_us / G_USEC_PER_SEC + 1, late_seconds, LONGEST_SECONDS);
}

/**
 * mcp_session_expiry_get_wait:
 * @self: the expiry of a session
 * @now_real_us: in microseconds since 1970 UTC
 *
 * Returns: after how many seconds it is worth asking whether the session is to end; 0: it does not
 *   end by itself
 */
guint
mcp_session_expiry_get_wait (const McpSessionExpiry *self, gint64 now_real_us)
{
  guint idle_wait = self->idle_seconds > 0 ? get_idle_wait (self, now_real_us) : 0;

  if (self->processes == NULL)
    return idle_wait;
  return idle_wait > 0 ? MIN (idle_wait, PROCESS_SECONDS) : PROCESS_SECONDS;
}
