/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-progress-event.h"

G_BEGIN_DECLS

#define MCP_CALL_FILTER_DEFAULT_LIMIT 100
#define MCP_CALL_FILTER_MAX_LIMIT     1000

/**
 * McpCallFilter:
 * @limit: at most so many, from 1 to %MCP_CALL_FILTER_MAX_LIMIT
 * @before: only calls of a lower number; 0: all
 * @tool: (owned) (nullable): only of this exposed name
 * @state: only in this state; %MCP_PROGRESS_STATE_UNKNOWN: in any
 *
 * Which calls somebody asks for.
 */
typedef struct
{
  guint limit;
  gint64 before;
  char *tool;
  McpProgressState state;
} McpCallFilter;

McpCallFilter *mcp_call_filter_new (void);
McpCallFilter *mcp_call_filter_copy (const McpCallFilter *self);
void mcp_call_filter_free (McpCallFilter *self);
gboolean
mcp_call_filter_set (McpCallFilter *self, const char *key, const char *value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCallFilter, mcp_call_filter_free)

G_END_DECLS
