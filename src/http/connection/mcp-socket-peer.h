/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpSocketPeer:
 * @pid: the process that connected; 0: not known
 * @inode: of a TCP peer's socket, by which its process can be found; 0: there is nothing to find
 *
 * What the kernel says of a peer that was admitted.
 */
typedef struct
{
  pid_t pid;
  guint64 inode;
} McpSocketPeer;

G_END_DECLS
