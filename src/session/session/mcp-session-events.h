/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "session/events/mcp-event-log.h"
#include "session/events/mcp-event-queue.h"
#include "session/session/mcp-subscriber-kind.h"

G_BEGIN_DECLS

/**
 * McpSessionEvents:
 *
 * The events of one session: their numbers, the last ones, and those who follow them. Main context
 * only.
 */
typedef struct _McpSessionEvents McpSessionEvents;

McpSessionEvents *mcp_session_events_new (void);
void mcp_session_events_free (McpSessionEvents *self);
void mcp_session_events_set_limits (McpSessionEvents *self, const McpLimits *limits);
void mcp_session_events_set_budget (McpSessionEvents *self, McpEventBudget *budget);
void mcp_session_events_set_counts (McpSessionEvents *self, McpEventCounts *const *counts);
void mcp_session_events_start_after (McpSessionEvents *self, guint64 last_sequence);
guint64 mcp_session_events_get_last_sequence (McpSessionEvents *self);
void mcp_session_events_set_mark (McpSessionEvents *self, guint64 durable, guint64 low);
McpEventQueue *mcp_session_events_subscribe (McpSessionEvents *self,
                                             McpSubscriberKind kind,
                                             const guint64 *after,
                                             GError **error);
gboolean mcp_session_events_unsubscribe (McpSessionEvents *self, McpEventQueue *queue);
guint mcp_session_events_get_n_streams (McpSessionEvents *self);
guint mcp_session_events_get_n_pending (McpSessionEvents *self, McpSubscriberKind kind);
void mcp_session_events_push (McpSessionEvents *self, McpProgressEvent *event);
gboolean mcp_session_events_is_mark_low (McpSessionEvents *self);
gboolean mcp_session_events_has_room (McpSessionEvents *self, guint n_events);
void mcp_session_events_close (McpSessionEvents *self, const char *reason);

G_END_DECLS
