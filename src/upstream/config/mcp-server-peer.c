/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-server-peer.h"

/**
 * mcp_server_peer_copy:
 * @self: a process
 *
 * Returns: (transfer full): the same
 */
McpServerPeer *
mcp_server_peer_copy (const McpServerPeer *self)
{
  McpServerPeer *copy = g_memdup2 (self, sizeof *self);

  copy->exe = g_strdup (self->exe);
  copy->sandbox = g_strdup (self->sandbox);
  return copy;
}

/**
 * mcp_server_peer_free:
 * @self: (transfer full): a process
 */
void
mcp_server_peer_free (McpServerPeer *self)
{
  g_free (self->exe);
  g_free (self->sandbox);
  g_free (self);
}
