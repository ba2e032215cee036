/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-socket-peer.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpPeerCheck McpPeerCheck;

McpPeerCheck *mcp_peer_check_new (uid_t uid);
void mcp_peer_check_free (McpPeerCheck *self);
gboolean mcp_peer_check_tcp_available (McpPeerCheck *self);
gboolean mcp_peer_check_admit (McpPeerCheck *self, int fd, McpSocketPeer *peer, GError **error);
gboolean mcp_peer_check_is_gone (McpPeerCheck *self, int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPeerCheck, mcp_peer_check_free)

G_END_DECLS
