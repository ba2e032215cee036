/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpProgressState:
 *
 * The state of a call. %MCP_PROGRESS_STATE_UNKNOWN is for events that programs publish without a
 * state; the JSON of these has no member "state".
 */
typedef enum
{
  MCP_PROGRESS_STATE_UNKNOWN,
  MCP_PROGRESS_STATE_RUNNING,
  MCP_PROGRESS_STATE_OK,
  MCP_PROGRESS_STATE_ERROR,
  MCP_PROGRESS_STATE_CANCELLED,
} McpProgressState;

const char *mcp_progress_state_to_string (McpProgressState state);
gboolean mcp_progress_state_from_string (const char *text, McpProgressState *state);

G_END_DECLS
