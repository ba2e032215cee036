/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-event-counts.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* As in the original: the broadcast kept 64 events for a subscriber. */
#define MCP_EVENT_QUEUE_LENGTH 64

typedef struct _McpEventQueue McpEventQueue;

/**
 * McpEventQueueNotify:
 *
 * Called when an empty queue gets its first item or a gap to tell, when the
 * queue is closed, or at once when it is set on a queue that has something to
 * tell; then not again until the reader found it empty. Runs in the pushing
 * thread, outside the queue's lock: it only wakes the reader.
 */
typedef void (*McpEventQueueNotify) (McpEventQueue *self, gpointer user_data);

/**
 * McpEventQueueSizeFunc:
 *
 * Returns: the bytes of an item
 */
typedef gsize (*McpEventQueueSizeFunc) (gpointer item);

McpEventQueue *mcp_event_queue_new (guint max_items, GDestroyNotify free_item);
McpEventQueue *mcp_event_queue_ref (McpEventQueue *self);
void mcp_event_queue_unref (McpEventQueue *self);
void mcp_event_queue_set_notify (McpEventQueue *self,
                                 McpEventQueueNotify notify,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
void mcp_event_queue_limit_bytes (McpEventQueue *self, gsize max_bytes, McpEventQueueSizeFunc size);
void mcp_event_queue_set_counts (McpEventQueue *self, McpEventCounts *counts);
gboolean mcp_event_queue_push (McpEventQueue *self, gpointer item);
void mcp_event_queue_add_missed (McpEventQueue *self, guint64 missed);
gpointer mcp_event_queue_pop (McpEventQueue *self, guint64 *missed);
void mcp_event_queue_close (McpEventQueue *self, const char *reason);
const char *mcp_event_queue_get_reason (McpEventQueue *self);
guint mcp_event_queue_get_length (McpEventQueue *self);
gboolean mcp_event_queue_is_lagging (McpEventQueue *self);
gboolean mcp_event_queue_has_room (McpEventQueue *self, guint n_items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpEventQueue, mcp_event_queue_unref)

G_END_DECLS
