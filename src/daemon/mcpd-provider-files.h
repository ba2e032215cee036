/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon/mcpd-inotify.h"
#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/**
 * McpdProviderFiles:
 *
 * The `.provider` files in the XDG data directories, by which apps say that they offer tools. They
 * are read again when one comes, goes or changes. Main context only.
 */
#define MCPD_TYPE_PROVIDER_FILES (mcpd_provider_files_get_type ())
G_DECLARE_FINAL_TYPE (McpdProviderFiles, mcpd_provider_files, MCPD, PROVIDER_FILES, GObject)

McpdProviderFiles *
mcpd_provider_files_new (McpdInotify *inotify, const char *const *directories, McpGateway *gateway);
char **mcpd_provider_files_dup_directories (void);
void mcpd_provider_files_start (McpdProviderFiles *self);

G_END_DECLS
