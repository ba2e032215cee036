/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpServerWatch:
 *
 * The subscription to one resource of one server, shared by all clients that watch the
 * resource: each holds it, and the last one to release it unsubscribes. A server gets one
 * such request at a time, since two requests over HTTP may overtake each other. Main context
 * only.
 */
typedef struct _McpServerWatch McpServerWatch;

GHashTable *mcp_server_watch_new_table (void);

McpServerWatch *mcp_server_watch_hold (GHashTable *watches, McpProvider *provider, const char *uri);
void mcp_server_watch_release (McpServerWatch *self);
void mcp_server_watch_set_subscribed (McpServerWatch *self, gboolean subscribed);

void mcp_server_watch_settle_async (McpServerWatch *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void mcp_server_watch_settle_finish (GAsyncResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerWatch, mcp_server_watch_release)

G_END_DECLS
