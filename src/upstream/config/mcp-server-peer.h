/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpServerPeer:
 * @pid: of the process
 * @uid: whose process it is
 * @exe: (nullable): its program, as the kernel names it
 * @sandbox: (nullable): id of the Flatpak that it runs in
 *
 * What the bus and the kernel say of the process behind a connection of the bus.
 */
typedef struct
{
  guint pid;
  guint uid;
  char *exe;
  char *sandbox;
} McpServerPeer;

McpServerPeer *mcp_server_peer_copy (const McpServerPeer *self);
void mcp_server_peer_free (McpServerPeer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerPeer, mcp_server_peer_free)

G_END_DECLS
