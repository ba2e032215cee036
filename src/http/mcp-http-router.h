/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-http-context.h"

G_BEGIN_DECLS

void mcp_http_router_handle (McpHttpContext *context, SoupServerMessage *msg, const char *path);

/* The routes' handlers. */
void mcp_route_health_get (McpHttpRequest *request);
void mcp_route_metrics (McpHttpRequest *request);
void mcp_route_session_create (McpHttpRequest *request);
void mcp_route_session_list (McpHttpRequest *request);
void mcp_route_session_get (McpHttpRequest *request);
void mcp_route_session_delete (McpHttpRequest *request);
void mcp_route_session_rotate_token (McpHttpRequest *request);
void mcp_route_session_events (McpHttpRequest *request);
void mcp_route_session_calls (McpHttpRequest *request);
void mcp_route_session_progress (McpHttpRequest *request);
void mcp_route_events (McpHttpRequest *request);
void mcp_route_mcp_get (McpHttpRequest *request);
void mcp_route_sse_get (McpHttpRequest *request);
void mcp_route_messages_post (McpHttpRequest *request);
void mcp_route_mcp_post (McpHttpRequest *request);
void mcp_route_mcp_delete (McpHttpRequest *request);

G_END_DECLS
