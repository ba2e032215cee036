/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handlers of the routes that are not MCP. */
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

void mcp_route_health_get (McpHttpRequest *request);
void mcp_route_metrics (McpHttpRequest *request);
void mcp_route_session_create (McpHttpRequest *request);
void mcp_route_session_list (McpHttpRequest *request);
void mcp_route_session_get (McpHttpRequest *request);
void mcp_route_session_delete (McpHttpRequest *request);
void mcp_route_session_change (McpHttpRequest *request);
void mcp_route_session_rotate_token (McpHttpRequest *request);
void mcp_route_events_get_session (McpHttpRequest *request);
void mcp_route_calls_get (McpHttpRequest *request);
void mcp_route_calls_get_one (McpHttpRequest *request);
void mcp_route_calls_cancel (McpHttpRequest *request);
void mcp_route_progress_post (McpHttpRequest *request);
void mcp_route_servers_get (McpHttpRequest *request);
void mcp_route_servers_get_log (McpHttpRequest *request);
void mcp_route_servers_get_held (McpHttpRequest *request);
void mcp_route_servers_accept_held (McpHttpRequest *request);
void mcp_route_server_actions_restart (McpHttpRequest *request);
void mcp_route_server_actions_refresh (McpHttpRequest *request);
void mcp_route_server_actions_test (McpHttpRequest *request);
void mcp_route_server_actions_enable (McpHttpRequest *request);
void mcp_route_server_actions_disable (McpHttpRequest *request);
void mcp_route_settings_get (McpHttpRequest *request);
void mcp_route_stop_put (McpHttpRequest *request);
void mcp_route_stop_delete (McpHttpRequest *request);
void mcp_route_consent_get (McpHttpRequest *request);
void mcp_route_consent_post (McpHttpRequest *request);
void mcp_route_logins_begin (McpHttpRequest *request);
void mcp_route_logins_complete (McpHttpRequest *request);
void mcp_route_logins_end (McpHttpRequest *request);
void mcp_route_logins_callback (McpHttpRequest *request);
void mcp_route_events_get_all (McpHttpRequest *request);

G_END_DECLS
