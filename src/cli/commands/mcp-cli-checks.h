/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/commands/mcp-cli-findings.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

void mcp_cli_checks_of_settings (McpCliFindings *findings);
void mcp_cli_checks_of_database (McpCliFindings *findings);
void mcp_cli_checks_of_port (McpCliFindings *findings);
void mcp_cli_checks_of_daemons (McpCliFindings *findings);
void mcp_cli_checks_of_command (McpCliFindings *findings);
void mcp_cli_checks_of_clients (McpCliFindings *findings);
void mcp_cli_checks_of_secrets (McpCliFindings *findings, McpServerConfig *config);
void mcp_cli_checks_of_writers (McpCliFindings *findings, const char *path);
void mcp_cli_checks_fix (McpCliFindings *findings);

G_END_DECLS
