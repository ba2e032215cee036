/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The handlers of the daemon's own page, and of the way in for its owner. */
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

void mcp_route_page_get (McpHttpRequest *request);
void mcp_route_dashboard_code (McpHttpRequest *request);
void mcp_route_dashboard_key (McpHttpRequest *request);

G_END_DECLS
