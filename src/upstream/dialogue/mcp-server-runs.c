/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-server-runs.h"

#include "common/mcp-error.h"

/**
 * mcp_server_runs_clear:
 * @self: runs
 */
void
mcp_server_runs_clear (McpServerRuns *self)
{
  g_clear_pointer (&self->last_error, g_free);
}

/**
 * mcp_server_runs_may_start:
 * @self: runs
 * @error: return location
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED.
 *
 * Returns: whether enough time has passed since a start failed
 */
gboolean
mcp_server_runs_may_start (const McpServerRuns *self, GError **error)
{
  gint64 wait_us = mcp_backoff_get_wait_us (&self->backoff, g_get_monotonic_time ());

  if (wait_us == 0)
    return TRUE;
  g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED, "%s (next attempt in %.1f s)",
               self->last_error, (double) wait_us / G_USEC_PER_SEC);
  return FALSE;
}

/**
 * mcp_server_runs_note_start:
 * @self: runs
 *
 * Notes that the server is being started.
 */
void
mcp_server_runs_note_start (McpServerRuns *self)
{
  self->n_restarts += self->has_failed ? 1 : 0;
  self->has_failed = self->is_locked = FALSE;
  self->n_strays = 0;
  self->started_at = g_get_real_time ();
}

/**
 * mcp_server_runs_note_error:
 * @self: runs
 * @text: what went wrong, for people
 *
 * Notes an error that does not end the run.
 */
void
mcp_server_runs_note_error (McpServerRuns *self, const char *text)
{
  g_free (self->last_error);
  self->last_error = g_strdup (text);
}

/**
 * mcp_server_runs_note_failure:
 * @self: runs
 * @text: why the run ended, for people
 * @is_start: whether the server was not ready yet: the next start has to wait
 */
void
mcp_server_runs_note_failure (McpServerRuns *self, const char *text, gboolean is_start)
{
  mcp_server_runs_note_error (self, text);
  self->has_failed = TRUE;
  if (is_start && !self->is_locked)
    mcp_backoff_fail (&self->backoff, g_get_monotonic_time ());
}

/**
 * mcp_server_runs_count_stray:
 * @self: runs
 *
 * Counts a message that fits nothing.
 *
 * Returns: whether to log it: the 1st, 2nd, 4th, 8th …, since each could be one of many
 */
gboolean
mcp_server_runs_count_stray (McpServerRuns *self)
{
  self->n_strays++;
  return (self->n_strays & (self->n_strays - 1)) == 0;
}
