/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-event-log.h"
#include "session/events/mcp-event-queue.h"
#include "session/events/mcp-progress-event.h"
#include "session/session/mcp-subscriber-kind.h"

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* Events of a session that a late subscriber can still get. */
#define MCP_SESSION_KEPT_EVENTS MCP_EVENT_LOG_LENGTH

#define MCP_TYPE_SESSION (mcp_session_get_type ())
G_DECLARE_FINAL_TYPE (McpSession, mcp_session, MCP, SESSION, GObject)

const char *mcp_session_get_id (McpSession *self);
const char *mcp_session_get_cwd (McpSession *self);
const char *mcp_session_get_label (McpSession *self);
const char *mcp_session_get_ambient_client (McpSession *self);
gint64 mcp_session_get_created_at (McpSession *self);
gint64 mcp_session_get_last_active_at (McpSession *self);
gboolean mcp_session_is_used (McpSession *self);
const char *const *mcp_session_get_allowed_tools (McpSession *self);
guint mcp_session_get_idle_seconds (McpSession *self);
guint mcp_session_get_n_subscribers (McpSession *self);
guint mcp_session_get_n_pending (McpSession *self, McpSubscriberKind kind);
guint mcp_session_get_calls_in_flight (McpSession *self);
gboolean mcp_session_is_client_made (McpSession *self);
gboolean mcp_session_is_closed (McpSession *self);
GCancellable *mcp_session_get_cancellable (McpSession *self);

gboolean mcp_session_has_token (McpSession *self);
gboolean mcp_session_token_matches (McpSession *self, const char *token);
gboolean mcp_session_allows_tool (McpSession *self, const char *exposed_name);
void mcp_session_touch (McpSession *self);
gboolean mcp_session_ends_with_processes (McpSession *self);
void mcp_session_note_process (McpSession *self, pid_t pid, gboolean has_stream);
gboolean mcp_session_is_used_by (McpSession *self, pid_t pid);
void mcp_session_hold (McpSession *self);
void mcp_session_release (McpSession *self);
gboolean mcp_session_begin_call (McpSession *self, GError **error);
void mcp_session_end_call (McpSession *self);
gboolean mcp_session_begin_request (McpSession *self, gsize n_bytes, GError **error);
void mcp_session_end_request (McpSession *self, gsize n_bytes);

McpEventQueue *mcp_session_subscribe (McpSession *self,
                                      McpSubscriberKind kind,
                                      const guint64 *after,
                                      GError **error);
void mcp_session_unsubscribe (McpSession *self, McpEventQueue *queue);
gboolean mcp_session_publish (McpSession *self, const McpProgressFields *fields);
gboolean mcp_session_has_room (McpSession *self, guint n_events);

G_END_DECLS
