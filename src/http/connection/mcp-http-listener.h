/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "http/connection/mcp-http-connection.h"
#include "http/connection/mcp-http-poller.h"
#include "http/wire/mcp-http-counters.h"
#include "http/wire/mcp-request-head.h"

G_BEGIN_DECLS

#define MCP_TYPE_HTTP_LISTENER (mcp_http_listener_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpListener, mcp_http_listener, MCP, HTTP_LISTENER, GObject)

/**
 * McpHttpListenerFunc:
 * @connection: the connection that carries the request
 * @head: the request's head, checked; the callee may take it by leaving zeroes behind
 * @body: the request's body, decoded
 *
 * Has one request answered, by mcp_http_connection_exchange_open().
 */
typedef void (*McpHttpListenerFunc) (McpHttpConnection *connection,
                                     McpRequestHead *head,
                                     GBytes *body,
                                     gpointer user_data);

McpHttpListener *
mcp_http_listener_new (const McpLimits *limits, McpHttpListenerFunc request, gpointer user_data);
void mcp_http_listener_set_limits (McpHttpListener *self, const McpLimits *limits);
guint16 mcp_http_listener_add_tcp (McpHttpListener *self, guint16 port, GError **error);
gboolean mcp_http_listener_add_unix (McpHttpListener *self, const char *path, GError **error);
gboolean mcp_http_listener_add_fd (McpHttpListener *self,
                                   int fd,
                                   guint16 *port,
                                   char **path,
                                   GError **error);
guint mcp_http_listener_get_n_connections (McpHttpListener *self);
guint mcp_http_listener_get_n_accept_errors (McpHttpListener *self);
McpHttpCounters *mcp_http_listener_get_counters (McpHttpListener *self);
guint mcp_http_listener_get_n_idle (McpHttpListener *self);
gboolean mcp_http_listener_tcp_available (McpHttpListener *self);
void
mcp_http_listener_call_at_turns (McpHttpListener *self, McpHttpTurnFunc func, gpointer user_data);
void mcp_http_listener_stop (McpHttpListener *self);
void mcp_http_listener_close (McpHttpListener *self);

G_END_DECLS
