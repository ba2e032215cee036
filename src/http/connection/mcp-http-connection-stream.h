/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection-type.h"

G_BEGIN_DECLS

int mcp_http_connection_stream_begin (McpHttpConnection *self);
void mcp_http_connection_stream_watch_writable (McpHttpConnection *self,
                                                McpHttpWritableFunc callback,
                                                gpointer user_data);
void mcp_http_connection_stream_count_sent (McpHttpConnection *self, gsize n_bytes);
void mcp_http_connection_stream_end (McpHttpConnection *self);

G_END_DECLS
