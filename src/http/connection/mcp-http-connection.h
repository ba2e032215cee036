/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection-type.h"
#include "http/connection/mcp-peer-process.h"

G_BEGIN_DECLS

gboolean mcp_http_connection_is_unix (McpHttpConnection *self);
McpPeerProcess *mcp_http_connection_get_process (McpHttpConnection *self);
void mcp_http_connection_set_gone (McpHttpConnection *self,
                                   McpHttpPeerGoneFunc callback,
                                   gpointer user_data);
void mcp_http_connection_clear_gone (McpHttpConnection *self, gpointer user_data);
void mcp_http_connection_cut (McpHttpConnection *self);

G_END_DECLS
