/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MCP_HTTP_MAX_TCP_SOCKETS 2

guint16
mcp_http_socket_listen_tcp (guint16 port, int fds[MCP_HTTP_MAX_TCP_SOCKETS], GError **error);
int mcp_http_socket_listen_unix (const char *path, GError **error);
gboolean mcp_http_socket_adopt (int fd, guint16 *port, char **path, GError **error);

G_END_DECLS
