/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the store has counted, for those who watch the daemon itself.
 */
#include "mcp-session-impl.h"
#include "mcp-session-store-impl.h"

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

/* Where its subscribers are counted from now on; one of each kind. */
void
mcp_session_set_counts (McpSession *self, McpEventCounts *const *counts)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->counts); i++)
    {
      g_clear_pointer (&self->counts[i], mcp_event_counts_unref);
      self->counts[i] = mcp_event_counts_ref (counts[i]);
    }
}

/**
 * mcp_session_get_n_pending:
 * @self: a session
 * @kind: of subscribers
 *
 * Returns: how many events wait for its subscribers of that kind, all together
 */
guint
mcp_session_get_n_pending (McpSession *self, McpSubscriberKind kind)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return mcp_subscriber_list_get_n_pending (self->subscribers, kind == MCP_SUBSCRIBER_STREAM);
}
