/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-address.h"

G_BEGIN_DECLS

/* The path of another daemon than the installed one; the bus is not asked then. */
#define MCP_CLI_DAEMON_VARIABLE "MCP_SESSIOND_PATH"

char *mcp_cli_launcher_dup_daemon_path (void);
char *mcp_cli_launcher_dup_keeper_path (void);
McpCliAddress *mcp_cli_launcher_ensure (GError **error);

G_END_DECLS
