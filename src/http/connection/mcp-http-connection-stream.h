/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"

G_BEGIN_DECLS

/**
 * McpHttpWritableFunc:
 * @connection: the connection
 *
 * Called once when the socket of an open stream has room.
 */
typedef void (*McpHttpWritableFunc) (McpHttpConnection *connection, gpointer user_data);

GSocket *mcp_http_connection_stream_begin (McpHttpConnection *self);
void mcp_http_connection_stream_watch_writable (McpHttpConnection *self,
                                                McpHttpWritableFunc callback,
                                                gpointer user_data);
void mcp_http_connection_stream_count_sent (McpHttpConnection *self, gsize n_bytes);
void mcp_http_connection_stream_end (McpHttpConnection *self);

G_END_DECLS
