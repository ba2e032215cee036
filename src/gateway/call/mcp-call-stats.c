/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-call-stats.h"

static const guint bounds_ms[] = MCP_CALL_STATS_BOUNDS_MS;

G_STATIC_ASSERT (G_N_ELEMENTS (bounds_ms) == MCP_CALL_STATS_N_BOUNDS);

static gboolean
get_outcome (McpProgressState state, McpCallOutcome *outcome)
{
  switch (state)
    {
    case MCP_PROGRESS_STATE_OK:
      *outcome = MCP_CALL_OUTCOME_OK;
      return TRUE;
    case MCP_PROGRESS_STATE_ERROR:
      *outcome = MCP_CALL_OUTCOME_ERROR;
      return TRUE;
    case MCP_PROGRESS_STATE_CANCELLED:
      *outcome = MCP_CALL_OUTCOME_CANCELLED;
      return TRUE;
    case MCP_PROGRESS_STATE_UNKNOWN:
    case MCP_PROGRESS_STATE_RUNNING:
      break;
    }
  return FALSE;
}

/**
 * mcp_call_stats_add:
 * @self: the stats
 * @state: of a call that has ended; others are not counted
 * @duration_us: from its start to its end
 *
 * Counts a call.
 */
void
mcp_call_stats_add (McpCallStats *self, McpProgressState state, gint64 duration_us)
{
  McpCallOutcome outcome;
  guint bucket = 0;

  if (!get_outcome (state, &outcome))
    return;

  duration_us = MAX (duration_us, 0);
  while (bucket < MCP_CALL_STATS_N_BOUNDS &&
         duration_us > bounds_ms[bucket] * G_TIME_SPAN_MILLISECOND)
    bucket++;
  self->n_in_bucket[outcome][bucket]++;
  self->duration_us[outcome] += (guint64) duration_us;
}

/**
 * mcp_call_stats_get_n:
 * @self: the stats
 * @outcome: how calls ended
 *
 * Returns: how many ended so
 */
guint64
mcp_call_stats_get_n (const McpCallStats *self, McpCallOutcome outcome)
{
  guint64 n_calls = 0;

  for (guint i = 0; i <= MCP_CALL_STATS_N_BOUNDS; i++)
    n_calls += self->n_in_bucket[outcome][i];
  return n_calls;
}

/**
 * mcp_call_stats_get_bound_seconds:
 * @bucket: below %MCP_CALL_STATS_N_BOUNDS
 *
 * Returns: the longest time that a call in the bucket took, in seconds
 */
double
mcp_call_stats_get_bound_seconds (guint bucket)
{
  g_return_val_if_fail (bucket < MCP_CALL_STATS_N_BOUNDS, 0);
  return bounds_ms[bucket] / 1000.0;
}
