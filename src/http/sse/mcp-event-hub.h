/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

typedef struct _McpEventHub McpEventHub;

McpEventHub *mcp_event_hub_new (McpSessionStore *store);
McpEventHub *mcp_event_hub_ref (McpEventHub *self);
void mcp_event_hub_unref (McpEventHub *self);
McpEventQueue *mcp_event_hub_subscribe (McpEventHub *self,
                                        const guint64 *after,
                                        const McpLimits *limits,
                                        GError **error);
void mcp_event_hub_unsubscribe (McpEventHub *self, McpEventQueue *queue);
guint mcp_event_hub_get_n_subscribers (McpEventHub *self);
guint mcp_event_hub_get_n_pending (McpEventHub *self);
McpEventCounts *mcp_event_hub_get_counts (McpEventHub *self);
gboolean mcp_event_hub_has_room (McpEventHub *self, guint n_events);
void mcp_event_hub_close (McpEventHub *self, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpEventHub, mcp_event_hub_unref)

G_END_DECLS
