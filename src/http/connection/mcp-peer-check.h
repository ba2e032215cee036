/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _McpPeerCheck McpPeerCheck;

/**
 * McpSocketPeer:
 * @pid: the process that connected a Unix socket; 0: not known
 * @inode: of a TCP peer's socket, by which its process can be found; 0: not known
 *
 * What the kernel says of a peer that was admitted.
 */
typedef struct
{
  pid_t pid;
  guint64 inode;
} McpSocketPeer;

McpPeerCheck *mcp_peer_check_new (uid_t uid);
void mcp_peer_check_free (McpPeerCheck *self);
gboolean mcp_peer_check_tcp_available (McpPeerCheck *self);
gboolean mcp_peer_check_admit (McpPeerCheck *self, int fd, McpSocketPeer *peer, GError **error);
gboolean mcp_peer_check_is_gone (McpPeerCheck *self, int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPeerCheck, mcp_peer_check_free)

G_END_DECLS
