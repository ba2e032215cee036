/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/servers/mcp-server-watch.h"

G_BEGIN_DECLS

/**
 * McpNotices:
 *
 * What servers say that belongs to no request, and who hears of it: lists that
 * changed, resources that changed, log messages. Main context only.
 */
#define MCP_TYPE_NOTICES (mcp_notices_get_type ())
G_DECLARE_FINAL_TYPE (McpNotices, mcp_notices, MCP, NOTICES, GObject)

/**
 * McpListener:
 *
 * One who hears, as long as it is not removed.
 */
typedef struct _McpListener McpListener;

/* In the set of #McpItemKinds that a listener wants to hear of: log messages, and
 * what else a server tells all its clients. */
#define MCP_LISTENER_ALL_ELSE (1u << 8)

/**
 * McpListenerFunc:
 * @method: of a notification
 * @params: of it; %MCP_JSON_SLICE_NONE for none
 * @server: (nullable): whose it is; %NULL: the daemon's
 */
typedef void (*McpListenerFunc) (const char *method,
                                 McpJsonSlice params,
                                 McpServerConfig *server,
                                 gpointer user_data);

McpNotices *mcp_notices_new (McpProviderPool *pool, McpCatalogue *catalogue);
McpListener *mcp_notices_add (McpNotices *self,
                              McpSession *session,
                              McpItemKinds wanted,
                              McpListenerFunc func,
                              gpointer user_data);
void mcp_notices_remove (McpNotices *self, McpListener *listener);
void mcp_notices_watch (McpNotices *self,
                        McpListener *listener,
                        McpProviderLease *lease,
                        const char *uri);
void mcp_notices_unwatch (McpNotices *self, McpListener *listener, const char *uri);
McpServerWatch *mcp_notices_hold_server (McpNotices *self, McpProvider *provider, const char *uri);
gboolean mcp_notices_is_watched (McpNotices *self, McpProvider *provider, const char *uri);
guint mcp_notices_count_watches (McpNotices *self, McpListener *listener);

G_END_DECLS
