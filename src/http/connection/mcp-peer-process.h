/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-process.h"
#include "http/connection/mcp-socket-peer.h"

G_BEGIN_DECLS

/**
 * McpPeerSearch:
 *
 * Finds the processes of TCP peers, in a thread: a pass over /proc takes a hundred milliseconds
 * where there are tens of thousands of descriptors. One pass looks for all peers that were asked
 * for while the one before ran. Reference-counted; of the thread-default main context.
 */
typedef struct _McpPeerSearch McpPeerSearch;

/**
 * McpPeerProcess:
 *
 * The process of a peer, which the kernel has named or which is found when somebody must know.
 * Reference-counted, so that whoever may need it can keep it beyond the connection. Main context
 * only.
 */
typedef struct _McpPeerProcess McpPeerProcess;

McpPeerSearch *mcp_peer_process_search_new (void);
McpPeerSearch *mcp_peer_process_search_ref (McpPeerSearch *self);
void mcp_peer_process_search_unref (McpPeerSearch *self);

McpPeerProcess *mcp_peer_process_new (const McpSocketPeer *peer, McpPeerSearch *search);
McpPeerProcess *mcp_peer_process_ref (McpPeerProcess *self);
void mcp_peer_process_unref (McpPeerProcess *self);
gboolean mcp_peer_process_is_known (McpPeerProcess *self);
pid_t mcp_peer_process_get_pid (McpPeerProcess *self);
void mcp_peer_process_find (McpPeerProcess *self, McpProcessFoundFunc found, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPeerSearch, mcp_peer_process_search_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPeerProcess, mcp_peer_process_unref)

G_END_DECLS
