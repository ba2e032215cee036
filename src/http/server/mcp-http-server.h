/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "http/request/mcp-http-daemon.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

#define MCP_TYPE_HTTP_SERVER (mcp_http_server_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpServer, mcp_http_server, MCP, HTTP_SERVER, GObject)

McpHttpServer *mcp_http_server_new (McpSessionStore *store,
                                    McpGateway *gateway,
                                    const McpLimits *limits,
                                    const char *owner_key);
gint64 mcp_http_server_get_started_at (McpHttpServer *self);
void mcp_http_server_set_daemon (McpHttpServer *self,
                                 const McpHttpDaemonFuncs *daemon,
                                 gpointer user_data);
char *mcp_http_server_issue_page (McpHttpServer *self, GError **error);
void mcp_http_server_set_limits (McpHttpServer *self, const McpLimits *limits);
void mcp_http_server_set_require_key (McpHttpServer *self, gboolean require_key);
void mcp_http_server_set_direct (McpHttpServer *self, gboolean is_direct);
void mcp_http_server_set_keep_alive (McpHttpServer *self, guint interval_ms);
guint16 mcp_http_server_listen_tcp (McpHttpServer *self, guint16 port, GError **error);
gboolean mcp_http_server_listen_unix (McpHttpServer *self, const char *path, GError **error);
gboolean
mcp_http_server_listen_fd (McpHttpServer *self, int fd, guint16 *port, char **path, GError **error);
guint mcp_http_server_get_n_connections (McpHttpServer *self);
guint64 mcp_http_server_get_n_accepted (McpHttpServer *self);
guint mcp_http_server_get_n_streams (McpHttpServer *self);
guint64 mcp_http_server_get_n_auth_failures (McpHttpServer *self);
void mcp_http_server_stop (McpHttpServer *self);
void mcp_http_server_close (McpHttpServer *self);

G_END_DECLS
