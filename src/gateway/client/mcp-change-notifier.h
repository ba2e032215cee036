/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-catalogue.h"
#include "gateway/servers/mcp-server-watch.h"

G_BEGIN_DECLS

/**
 * McpChangeNotifier:
 *
 * Tells clients what servers say outside of requests: lists that changed, resources that changed,
 * log messages. Main context only.
 */
#define MCP_TYPE_CHANGE_NOTIFIER (mcp_change_notifier_get_type ())
G_DECLARE_FINAL_TYPE (McpChangeNotifier, mcp_change_notifier, MCP, CHANGE_NOTIFIER, GObject)

/**
 * McpChangeListener:
 *
 * A client that hears of changes, until the listener is removed.
 */
typedef struct _McpChangeListener McpChangeListener;

/* In the set of #McpItemKinds that a listener wants to hear of: log messages, and
 * what else a server tells all its clients. */
#define MCP_LISTENER_ALL_ELSE (1u << 8)

/**
 * McpChangeListenerFunc:
 * @method: of a notification
 * @params: of it; %MCP_JSON_SLICE_NONE for none
 * @server: (nullable): the server that says it; %NULL: the daemon does
 */
typedef void (*McpChangeListenerFunc) (const char *method,
                                       McpJsonSlice params,
                                       McpServerConfig *server,
                                       gpointer user_data);

McpChangeNotifier *mcp_change_notifier_new (McpProviderPool *pool, McpCatalogue *catalogue);
McpChangeListener *mcp_change_notifier_add (McpChangeNotifier *self,
                                            McpClient *client,
                                            McpItemKinds wanted,
                                            McpChangeListenerFunc func,
                                            gpointer user_data);
void mcp_change_notifier_expect_listing (McpChangeListener *listener);
void mcp_change_notifier_note_listed (McpChangeListener *listener, McpItemKind kind);
void mcp_change_notifier_remove (McpChangeNotifier *self, McpChangeListener *listener);
void mcp_change_notifier_watch (McpChangeNotifier *self,
                                McpChangeListener *listener,
                                McpProviderLease *lease,
                                const char *own,
                                const char *uri);
void
mcp_change_notifier_unwatch (McpChangeNotifier *self, McpChangeListener *listener, const char *uri);
McpServerWatch *
mcp_change_notifier_hold_server (McpChangeNotifier *self, McpProvider *provider, const char *uri);
gboolean
mcp_change_notifier_is_watched (McpChangeNotifier *self, McpProvider *provider, const char *uri);
guint mcp_change_notifier_count_watches (McpChangeNotifier *self, McpChangeListener *listener);

G_END_DECLS
