/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection-type.h"
#include "http/connection/mcp-socket-peer.h"

#include <sys/types.h>

G_BEGIN_DECLS

gboolean mcp_http_connection_is_unix (McpHttpConnection *self);
McpSocketPeer *mcp_http_connection_dup_peer (McpHttpConnection *self);
pid_t mcp_http_connection_get_pid (McpHttpConnection *self);
void mcp_http_connection_set_gone (McpHttpConnection *self,
                                   McpHttpPeerGoneFunc callback,
                                   gpointer user_data);
void mcp_http_connection_clear_gone (McpHttpConnection *self, gpointer user_data);
void mcp_http_connection_cut (McpHttpConnection *self);

G_END_DECLS
