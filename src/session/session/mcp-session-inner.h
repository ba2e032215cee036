/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "session/session/mcp-session-processes.h"
#include "session/session/mcp-session.h"
#include "session/session/mcp-token.h"

G_BEGIN_DECLS

/* For the store, which alone makes and ends sessions. */

/**
 * McpSessionFuncs:
 * @progress: an event was published, and is in every subscriber's queue
 * @used: the session is used, for the first time since mcp_session_note_use()
 * @sequence_low: more numbers of events are to be reserved: see mcp_session_set_sequence_mark()
 * @changed: the label or the allowed tools are others
 *
 * What a session tells the store that has it, from the main context. There may be very many
 * sessions, and handlers of signals for each would be most of the work of making one.
 */
typedef struct
{
  void (*progress) (McpSession *session, McpProgressEvent *event, gpointer store);
  void (*used) (McpSession *session, gpointer store);
  void (*sequence_low) (McpSession *session, gpointer store);
  void (*changed) (McpSession *session, gpointer store);
} McpSessionFuncs;

McpSession *mcp_session_new (const char *id,
                             const char *cwd,
                             const char *label,
                             const char *const *allowed_tools,
                             guint idle_seconds,
                             const McpTokenHash *token_hash);
void mcp_session_set_store (McpSession *self, const McpSessionFuncs *funcs, gpointer store);
void mcp_session_set_counts (McpSession *self, McpEventCounts *const *counts);
void mcp_session_follow_processes (McpSession *self);
McpSessionProcesses *mcp_session_get_processes (McpSession *self);
void mcp_session_set_allowed_tools (McpSession *self, const char *const *allowed_tools);
void mcp_session_set_label (McpSession *self, const char *label);
void mcp_session_set_budget (McpSession *self, McpEventBudget *budget);
void mcp_session_set_client_made (McpSession *self, const char *ambient_client);
void mcp_session_restore_past (McpSession *self,
                               gint64 created_at,
                               gint64 last_active_at,
                               guint64 last_sequence);
void mcp_session_set_sequence_mark (McpSession *self, guint64 durable, guint64 low);
guint64 mcp_session_get_last_sequence (McpSession *self);
void mcp_session_note_use (McpSession *self);
void mcp_session_set_limits (McpSession *self, const McpLimits *limits);
void mcp_session_set_token_hash (McpSession *self, const McpTokenHash *token_hash);
const McpTokenHash *mcp_session_get_token_hash (McpSession *self);
gboolean mcp_session_is_expired (McpSession *self, gint64 now_real_us);
void mcp_session_close (McpSession *self, const char *reason);

G_END_DECLS
