/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-server-link.h"

G_BEGIN_DECLS

/**
 * McpStdioProvider:
 *
 * A server that runs as a child process and speaks over its standard input and output.
 */
#define MCP_TYPE_STDIO_PROVIDER (mcp_stdio_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpStdioProvider, mcp_stdio_provider, MCP, STDIO_PROVIDER, McpServerLink)

McpProvider *mcp_stdio_provider_new (McpServerConfig *config,
                                     const char *cwd,
                                     const char *keeper_path,
                                     const McpLimits *limits,
                                     guint timeout_ms);
void mcp_stdio_provider_set_cgroup (McpStdioProvider *self, const char *cgroup);
void mcp_stdio_provider_set_path (McpStdioProvider *self, const char *path);
int mcp_stdio_provider_get_pid (McpStdioProvider *self);

G_END_DECLS
