/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpHttpConnection:
 *
 * One accepted socket. It reads and checks requests strictly, hands over one at a time, and keeps
 * deadlines. Main context only.
 *
 * Signals:
 *   peer-gone: the peer closed its side for good while an exchange or a stream
 *     was open; emitted at most once
 */
#define MCP_TYPE_HTTP_CONNECTION (mcp_http_connection_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpConnection, mcp_http_connection, MCP, HTTP_CONNECTION, GObject)

gboolean mcp_http_connection_is_unix (McpHttpConnection *self);
pid_t mcp_http_connection_get_pid (McpHttpConnection *self);
void mcp_http_connection_cut (McpHttpConnection *self);

G_END_DECLS
