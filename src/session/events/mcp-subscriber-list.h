/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/events/mcp-event-queue.h"
#include "session/events/mcp-progress-event.h"

G_BEGIN_DECLS

typedef struct _McpSubscriberList McpSubscriberList;

McpSubscriberList *mcp_subscriber_list_new (void);
void mcp_subscriber_list_free (McpSubscriberList *self);
void mcp_subscriber_list_add (McpSubscriberList *self, McpEventQueue *queue, gboolean counted);
gboolean mcp_subscriber_list_remove (McpSubscriberList *self, McpEventQueue *queue);
guint mcp_subscriber_list_get_n_counted (McpSubscriberList *self);
guint mcp_subscriber_list_get_n_pending (McpSubscriberList *self, gboolean counted);
void mcp_subscriber_list_push (McpSubscriberList *self, McpProgressEvent *event);
gboolean mcp_subscriber_list_has_room (McpSubscriberList *self, guint n_events);
void mcp_subscriber_list_close (McpSubscriberList *self, const char *reason);

G_END_DECLS
