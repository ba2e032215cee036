/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-inotify.h"
#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/**
 * McpdServersFile:
 *
 * Keeps a gateway's servers as the user's servers file has them. Main context only.
 */
#define MCPD_TYPE_SERVERS_FILE (mcpd_servers_file_get_type ())
G_DECLARE_FINAL_TYPE (McpdServersFile, mcpd_servers_file, MCPD, SERVERS_FILE, GObject)

McpdServersFile *
mcpd_servers_file_new (McpdInotify *inotify, const char *path, McpGateway *gateway);
void mcpd_servers_file_start (McpdServersFile *self);
void mcpd_servers_file_append_json (McpdServersFile *self, GString *json);
void mcpd_servers_file_set_disabled_async (McpdServersFile *self,
                                           const char *name,
                                           gboolean disabled,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
gboolean mcpd_servers_file_set_disabled_finish (GAsyncResult *result, GError **error);

G_END_DECLS
