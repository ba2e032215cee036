/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How many sessions there may be, and how fast they may be made.
 */
#include "common/mcp-error.h"
#include "mcp-session-store-private.h"
#include "session/session/mcp-session-inner.h"

/* SessionsPerMinute */
#define PERIOD_US (60 * G_USEC_PER_SEC)

/**
 * mcp_session_store_set_limits:
 * @self: the store
 * @limits: copied
 *
 * Changes what may be added from now on; what is there already stays.
 */
void
mcp_session_store_set_limits (McpSessionStore *self, const McpLimits *limits)
{
  GHashTableIter iter;
  gpointer session;

  g_return_if_fail (MCP_IS_SESSION_STORE (self));
  g_return_if_fail (limits != NULL);

  self->limits = *limits;
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    mcp_session_set_limits (session, limits);
}

/* Whether one more session may be made now; then it counts. */
gboolean
mcp_session_store_has_room (McpSessionStore *self, GError **error)
{
  guint n_sessions = g_hash_table_size (self->sessions);

  if (n_sessions >= self->limits.sessions)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "There are %u sessions already; close some, or raise the limit Sessions",
                   n_sessions);
      return FALSE;
    }
  if (!mcp_rate_limit_take (&self->creation, self->limits.sessions_per_minute, PERIOD_US,
                            g_get_monotonic_time ()))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "More than %u sessions are made in a minute; use one for longer, or raise the "
                   "limit SessionsPerMinute",
                   self->limits.sessions_per_minute);
      return FALSE;
    }
  return TRUE;
}

/**
 * mcp_session_store_get_wait_seconds:
 * @self: the store, which refused a session by %MCP_ERROR_LIMIT_EXCEEDED just now
 *
 * Returns: after how many seconds it is worth trying again, at least 1; 0: where sessions must end
 * first, which no time brings about
 */
guint
mcp_session_store_get_wait_seconds (McpSessionStore *self)
{
  gint64 wait_us;

  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);

  if (g_hash_table_size (self->sessions) >= self->limits.sessions)
    return 0;

  wait_us = mcp_rate_limit_get_wait (&self->creation, self->limits.sessions_per_minute, PERIOD_US,
                                     g_get_monotonic_time ());
  return (guint) MAX ((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 1);
}
