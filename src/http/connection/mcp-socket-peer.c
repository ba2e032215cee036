/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-socket-peer.h"

#include "common/mcp-process.h"

/**
 * mcp_socket_peer_get_pid:
 * @self: a peer
 *
 * Tells which process connected. The process may have ended since, and another may have its
 * number. For a TCP peer the first call searches /proc: ask only when the answer is needed.
 *
 * Returns: the process id; 0: not known
 */
pid_t
mcp_socket_peer_get_pid (McpSocketPeer *self)
{
  if (self->inode != 0)
    {
      self->pid = mcp_process_find_socket (self->inode);
      self->inode = 0;
    }
  return self->pid;
}
