/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handlers of the routes that MCP clients speak to. */
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

void mcp_route_mcp_get (McpHttpRequest *request);
void mcp_route_sse_get (McpHttpRequest *request);
void mcp_route_sse_post (McpHttpRequest *request);
void mcp_route_mcp_post (McpHttpRequest *request);
void mcp_route_mcp_delete (McpHttpRequest *request);

G_END_DECLS
