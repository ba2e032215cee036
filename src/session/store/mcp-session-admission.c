/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-admission.h"

#include "common/mcp-error.h"

/* SessionsPerMinute */
#define PERIOD_US (60 * G_USEC_PER_SEC)

/**
 * mcp_session_admission_set_limits:
 * @self: the admission
 * @limits: what holds from now on
 */
void
mcp_session_admission_set_limits (McpSessionAdmission *self, const McpLimits *limits)
{
  self->max_sessions = limits->sessions;
  self->max_per_minute = limits->sessions_per_minute;
}

/**
 * mcp_session_admission_take:
 * @self: the admission
 * @n_sessions: how many sessions there are
 * @error: return location
 *
 * Counts one more session that is made now.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: whether it may be made
 */
gboolean
mcp_session_admission_take (McpSessionAdmission *self, guint n_sessions, GError **error)
{
  if (n_sessions >= self->max_sessions)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "There are %u sessions already; close some, or raise the limit Sessions",
                   n_sessions);
      return FALSE;
    }
  if (!mcp_rate_limit_take (&self->creation, self->max_per_minute, PERIOD_US,
                            g_get_monotonic_time ()))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "More than %u sessions are made in a minute; use one for longer, or raise the "
                   "limit SessionsPerMinute",
                   self->max_per_minute);
      return FALSE;
    }
  return TRUE;
}

/**
 * mcp_session_admission_get_wait_seconds:
 * @self: the admission, which refused a session just now
 * @n_sessions: how many sessions there are
 *
 * Returns: after how many seconds it is worth trying again, at least 1; 0: a session must end
 *   first, and nobody knows when
 */
guint
mcp_session_admission_get_wait_seconds (const McpSessionAdmission *self, guint n_sessions)
{
  gint64 wait_us;

  if (n_sessions >= self->max_sessions)
    return 0;

  wait_us = mcp_rate_limit_get_wait (&self->creation, self->max_per_minute, PERIOD_US,
                                     g_get_monotonic_time ());
  return (guint) MAX ((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC, 1);
}
