/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

/**
 * McpServerWatch:
 *
 * What a server was asked to tell about one resource, for all who want to hear
 * of it: it is held by each who asks or hears, and the last one to let go takes
 * the question back. A server hears one such request at a time, as over HTTP two
 * may overtake each other. Main context only.
 */
typedef struct _McpServerWatch McpServerWatch;

GHashTable *mcp_server_watch_new_table (void);

McpServerWatch *mcp_server_watch_hold (GHashTable *watches, McpProvider *provider, const char *uri);
void mcp_server_watch_release (McpServerWatch *self);
void mcp_server_watch_set_asked (McpServerWatch *self, gboolean asked);

void mcp_server_watch_settle_async (McpServerWatch *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void mcp_server_watch_settle_finish (GAsyncResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerWatch, mcp_server_watch_release)

G_END_DECLS
