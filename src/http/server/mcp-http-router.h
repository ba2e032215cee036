/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_http_router_is_direct (McpHttpRequest *request);
void mcp_http_router_handle (McpHttpRequest *request);

G_END_DECLS
