/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a session is, for those who ask.
 */
#include "common/mcp-json.h"
#include "common/mcp-time.h"
#include "mcp-session-private.h"

/**
 * mcp_session_get_id:
 * @self: a session
 *
 * Returns: (transfer none): a UUID, version 4
 */
const char *
mcp_session_get_id (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->id;
}

/**
 * mcp_session_get_cwd:
 * @self: a session
 *
 * Returns: (transfer none): its working directory, absolute, in UTF-8
 */
const char *
mcp_session_get_cwd (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->cwd;
}

/**
 * mcp_session_get_label:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): a text for people
 */
const char *
mcp_session_get_label (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->label;
}

/**
 * mcp_session_get_ambient_client:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): the MCP client whose ambient session it is, as it calls
 * itself
 */
const char *
mcp_session_get_ambient_client (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->ambient_client;
}

/**
 * mcp_session_get_created_at:
 * @self: a session
 *
 * Returns: when it was made, in microseconds since 1970 UTC
 */
gint64
mcp_session_get_created_at (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->created_at;
}

/**
 * mcp_session_get_last_active_at:
 * @self: a session
 *
 * Returns: when it was last used, in microseconds since 1970 UTC
 */
gint64
mcp_session_get_last_active_at (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->last_active_at;
}

/**
 * mcp_session_get_allowed_tools:
 * @self: a session
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): globs over exposed
 *   names; %NULL allows everything, an empty list nothing
 */
const char *const *
mcp_session_get_allowed_tools (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return (const char *const *) self->allowed_tools;
}

/**
 * mcp_session_get_idle_seconds:
 * @self: a session
 *
 * Returns: after how long without use it ends; 0: never
 */
guint
mcp_session_get_idle_seconds (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->idle_seconds;
}

/**
 * mcp_session_get_n_subscribers:
 * @self: a session
 *
 * Returns: how many event streams of its own are open
 */
guint
mcp_session_get_n_subscribers (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return mcp_subscriber_list_get_n_counted (self->subscribers);
}

/**
 * mcp_session_get_calls_in_flight:
 * @self: a session
 *
 * Returns: how many tool calls run
 */
guint
mcp_session_get_calls_in_flight (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), 0);
  return self->n_calls;
}

/**
 * mcp_session_is_client_made:
 * @self: a session
 *
 * Returns: whether it was made for an MCP client that asked for none
 */
gboolean
mcp_session_is_client_made (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), FALSE);
  return self->is_client_made;
}

/**
 * mcp_session_is_closed:
 * @self: a session
 *
 * Returns: whether it has ended
 */
gboolean
mcp_session_is_closed (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), TRUE);
  return self->close_reason != NULL;
}

/**
 * mcp_session_get_cancellable:
 * @self: a session
 *
 * Its handlers may still publish: what they say are the session's last events.
 *
 * Returns: (transfer none): cancelled when the session ends
 */
GCancellable *
mcp_session_get_cancellable (McpSession *self)
{
  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);
  return self->cancellable;
}

void
mcp_session_set_client_made (McpSession *self, const char *ambient_client)
{
  self->is_client_made = TRUE;
  self->ambient_client = g_strdup (ambient_client);
}

/* For a session that goes on after the daemon was away. */
void
mcp_session_restore_past (McpSession *self,
                          gint64 created_at,
                          gint64 last_active_at,
                          guint64 last_sequence)
{
  self->created_at = created_at;
  self->last_active_at = last_active_at;
  self->last_sequence = last_sequence;
  self->oldest_kept = last_sequence + 1;
}

guint64
mcp_session_get_last_sequence (McpSession *self)
{
  return self->last_sequence;
}

/*
 * Up to @durable, no number comes twice, whatever happens to the daemon; from @low on,
 * #McpSession::sequence-low asks for more, once.
 */
void
mcp_session_set_sequence_mark (McpSession *self, guint64 durable, guint64 low)
{
  self->durable_sequence = durable;
  self->low_sequence = low;
}

static void
append_strings (GString *out, const char *const *strings)
{
  g_string_append_c (out, '[');
  for (guint i = 0; strings[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      mcp_json_append_string (out, strings[i]);
    }
  g_string_append_c (out, ']');
}

/**
 * mcp_session_to_json:
 * @self: a session
 *
 * What may be told of it; never its token.
 *
 * Returns: (transfer full): a JSON object, compact
 */
char *
mcp_session_to_json (McpSession *self)
{
  GString *out = g_string_new ("{\"session_id\":");
  g_autofree char *created_at = NULL;
  g_autofree char *last_active_at = NULL;

  g_return_val_if_fail (MCP_IS_SESSION (self), NULL);

  created_at = mcp_time_format (self->created_at);
  last_active_at = mcp_time_format (self->last_active_at);
  mcp_json_append_string (out, self->id);
  if (self->label != NULL)
    {
      g_string_append (out, ",\"label\":");
      mcp_json_append_string (out, self->label);
    }
  g_string_append (out, ",\"cwd\":");
  mcp_json_append_string (out, self->cwd);
  g_string_append_printf (out, ",\"created_at\":\"%s\",\"last_active_at\":\"%s\"", created_at,
                          last_active_at);
  if (self->allowed_tools != NULL)
    {
      g_string_append (out, ",\"allowed_tools\":");
      append_strings (out, (const char *const *) self->allowed_tools);
    }
  g_string_append_printf (out, ",\"subscribers\":%u,\"calls_in_flight\":%u}",
                          mcp_session_get_n_subscribers (self), self->n_calls);
  return g_string_free (out, FALSE);
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
