/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the store has counted, for those who watch the daemon itself.
 */
#include "mcp-session-store-private.h"

/**
 * mcp_session_store_get_n_sessions:
 * @self: the store
 *
 * Returns: how many sessions there are
 */
guint
mcp_session_store_get_n_sessions (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  return g_hash_table_size (self->sessions);
}

/**
 * mcp_session_store_get_n_events:
 * @self: the store
 *
 * Returns: how many events all sessions have published since the store was made
 */
guint64
mcp_session_store_get_n_events (McpSessionStore *self)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), 0);
  return self->n_events;
}

/**
 * mcp_session_store_get_counts:
 * @self: the store
 * @kind: of subscribers
 *
 * Returns: (transfer none): what all subscribers of that kind have taken and missed
 */
McpEventCounts *
mcp_session_store_get_counts (McpSessionStore *self, McpSubscriberKind kind)
{
  g_return_val_if_fail (MCP_IS_SESSION_STORE (self), NULL);
  return self->counts[kind];
}
