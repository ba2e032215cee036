/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpCliAddress:
 * @socket_path: (nullable): the daemon's Unix socket; %NULL: it is reached over TCP
 * @base_url: what paths are appended to
 * @owner_key: (nullable): shown over TCP
 */
typedef struct
{
  char *socket_path;
  char *base_url;
  char *owner_key;
} McpCliAddress;

char *mcp_cli_address_dup_socket_path (void);
char *mcp_cli_address_dup_discovery_path (void);
McpCliAddress *mcp_cli_address_find (GError **error);
gboolean mcp_cli_address_listener_is_ours (guint port);
void mcp_cli_address_free (McpCliAddress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliAddress, mcp_cli_address_free)

G_END_DECLS
