/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "common/mcp-json.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

char *mcp_cli_server_details_dup_command (McpJsonSlice entry);
char *mcp_cli_server_details_dup_path (McpCliConnection *connection);
void mcp_cli_server_details_append_config (GString *out,
                                           const McpServerConfig *config,
                                           const char *path);

G_END_DECLS
