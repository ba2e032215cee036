/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpHttpConnection:
 *
 * One accepted socket. It reads and checks requests strictly, hands each to the
 * routes as an exchange, and keeps deadlines. Main context only.
 *
 * Signals:
 *   peer-gone: the peer closed its side for good while an exchange or a stream
 *     was open; emitted at most once
 */
#define MCP_TYPE_HTTP_CONNECTION (mcp_http_connection_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpConnection, mcp_http_connection, MCP, HTTP_CONNECTION, GObject)

/**
 * McpHttpWritableFunc:
 * @connection: the connection
 *
 * Called once when the socket of an open stream has room.
 */
typedef void (*McpHttpWritableFunc) (McpHttpConnection *connection, gpointer user_data);

McpHttpConnection *mcp_http_connection_from_address (GSocketAddress *peer);
gboolean mcp_http_connection_is_unix (McpHttpConnection *self);
pid_t mcp_http_connection_get_pid (McpHttpConnection *self);

/* For an answer that goes on for ever: after the response's head went out. */
GSocket *mcp_http_connection_begin_stream (McpHttpConnection *self);
void mcp_http_connection_watch_writable (McpHttpConnection *self,
                                         McpHttpWritableFunc callback,
                                         gpointer user_data);
void mcp_http_connection_count_sent (McpHttpConnection *self, gsize n_bytes);
void mcp_http_connection_end_stream (McpHttpConnection *self);

G_END_DECLS
