/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * McpdDiscovery:
 * @url: (nullable): of the MCP endpoint over TCP; %NULL: no port is listened on
 * @pid: of the daemon
 * @started_at: RFC 3339
 * @socket_path: (nullable): of the Unix socket; %NULL: there is none
 * @owner_key: what proves the owner over TCP
 *
 * How programs of the owner find the daemon.
 */
typedef struct
{
  const char *url;
  pid_t pid;
  const char *started_at;
  const char *socket_path;
  const char *owner_key;
} McpdDiscovery;

char *mcpd_discovery_to_json (const McpdDiscovery *discovery);
gboolean mcpd_discovery_write (const McpdDiscovery *discovery, const char *path, GError **error);

G_END_DECLS
