/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-progress-event.h"

#include <glib.h>

G_BEGIN_DECLS

/* Upper bounds in ms; what takes longer than the last is in one more bucket. */
#define MCP_CALL_STATS_BOUNDS_MS                                                          \
  {                                                                                       \
    5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 1800000, \
  }
#define MCP_CALL_STATS_N_BOUNDS 15

/**
 * McpCallOutcome:
 *
 * How calls end; as the states of events that say so.
 */
typedef enum
{
  MCP_CALL_OUTCOME_OK,
  MCP_CALL_OUTCOME_ERROR,
  MCP_CALL_OUTCOME_CANCELLED,
} McpCallOutcome;
#define MCP_N_CALL_OUTCOMES (MCP_CALL_OUTCOME_CANCELLED + 1)

/**
 * McpCallStats:
 * @n_in_bucket: calls by outcome and by how long they took; not summed up
 * @duration_us: by outcome, of all calls together
 * @n_over_limit: calls that were refused since their session had too many
 *
 * How tool calls ended. All zeros at first.
 */
typedef struct
{
  guint64 n_in_bucket[MCP_N_CALL_OUTCOMES][MCP_CALL_STATS_N_BOUNDS + 1];
  guint64 duration_us[MCP_N_CALL_OUTCOMES];
  guint64 n_over_limit;
} McpCallStats;

void mcp_call_stats_add (McpCallStats *self, McpProgressState state, gint64 duration_us);
guint64 mcp_call_stats_get_n (const McpCallStats *self, McpCallOutcome outcome);
double mcp_call_stats_get_bound_seconds (guint bucket);

G_END_DECLS
