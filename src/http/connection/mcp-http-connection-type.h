/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The type alone, for the files that make the connection up and for those that only pass it on. */
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpHttpConnection:
 *
 * One accepted socket. It reads and checks requests strictly, hands over one at a time, and keeps
 * deadlines. Main context only.
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

/**
 * McpHttpPeerGoneFunc:
 * @connection: the connection, which is closed
 * @user_data: as given
 *
 * Called once, when the peer has closed its side for good while an exchange or a stream was open.
 */
typedef void (*McpHttpPeerGoneFunc) (McpHttpConnection *connection, gpointer user_data);

/**
 * McpHttpSentFunc:
 * @user_data: as given
 *
 * Called once, when the answer is in the socket, or the connection closed.
 */
typedef void (*McpHttpSentFunc) (gpointer user_data);

G_END_DECLS
