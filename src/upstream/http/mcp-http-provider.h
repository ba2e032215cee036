/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-server-link.h"
#include "upstream/fetch/mcp-http-warrant.h"

G_BEGIN_DECLS

/**
 * McpHttpProvider:
 *
 * A server that is reached over Streamable HTTP, or the HTTP+SSE pair.
 */
#define MCP_TYPE_HTTP_PROVIDER (mcp_http_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpHttpProvider, mcp_http_provider, MCP, HTTP_PROVIDER, McpServerLink)

McpProvider *mcp_http_provider_new (McpServerConfig *config,
                                    const char *cwd,
                                    const McpLimits *limits,
                                    guint timeout_ms);
void mcp_http_provider_set_warrant (McpHttpProvider *self, McpHttpWarrant *warrant);

G_END_DECLS
