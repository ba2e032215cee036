/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/events/mcp-progress-state.h"

static const char *const names[] = {
  [MCP_PROGRESS_STATE_UNKNOWN] = NULL,
  [MCP_PROGRESS_STATE_RUNNING] = "running",
  [MCP_PROGRESS_STATE_OK] = "ok",
  [MCP_PROGRESS_STATE_ERROR] = "error",
  [MCP_PROGRESS_STATE_CANCELLED] = "cancelled",
};

/**
 * mcp_progress_state_to_string:
 * @state: a state
 *
 * Returns: (transfer none) (nullable): the name, %NULL for %MCP_PROGRESS_STATE_UNKNOWN
 */
const char *
mcp_progress_state_to_string (McpProgressState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);
  return names[state];
}

/**
 * mcp_progress_state_from_string:
 * @text: a name
 * @state: (out): the state of that name
 *
 * Returns: whether there is one
 */
gboolean
mcp_progress_state_from_string (const char *text, McpProgressState *state)
{
  for (gsize i = MCP_PROGRESS_STATE_RUNNING; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (text, names[i]) == 0)
      {
        *state = (McpProgressState) i;
        return TRUE;
      }
  return FALSE;
}
