/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-event-budget.h"
#include "session/events/mcp-event-queue.h"
#include "session/events/mcp-progress-event.h"

G_BEGIN_DECLS

/* Events of a session that a late subscriber can still get. */
#define MCP_EVENT_LOG_LENGTH 64

typedef struct _McpEventLog McpEventLog;

McpEventLog *mcp_event_log_new (void);
void mcp_event_log_free (McpEventLog *self);
void mcp_event_log_set_budget (McpEventLog *self, McpEventBudget *budget);
void mcp_event_log_set_max_bytes (McpEventLog *self, gsize max_bytes);
void mcp_event_log_start_after (McpEventLog *self, guint64 last_sequence);
guint64 mcp_event_log_get_last_sequence (McpEventLog *self);
void mcp_event_log_append (McpEventLog *self, McpProgressEvent *event);
void mcp_event_log_replay (McpEventLog *self, McpEventQueue *queue, guint64 after);
void mcp_event_log_clear (McpEventLog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpEventLog, mcp_event_log_free)

G_END_DECLS
