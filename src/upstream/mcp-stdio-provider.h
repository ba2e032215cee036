/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-limits.h"
#include "mcp-provider.h"
#include "mcp-server-config.h"

G_BEGIN_DECLS

#define MCP_TYPE_STDIO_PROVIDER (mcp_stdio_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpStdioProvider, mcp_stdio_provider, MCP, STDIO_PROVIDER, GObject)

McpProvider *mcp_stdio_provider_new (McpServerConfig *config,
                                     const char *cwd,
                                     const char *keeper_path,
                                     const McpLimits *limits,
                                     guint timeout_ms);

G_END_DECLS
