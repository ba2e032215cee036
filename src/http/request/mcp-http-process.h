/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_http_process_is_known (McpHttpRequest *request);
pid_t mcp_http_process_get_pid (McpHttpRequest *request);
gboolean mcp_http_process_is_owner (McpHttpRequest *request);
void mcp_http_process_await (McpHttpRequest *request, McpHttpHandler handler);

G_END_DECLS
