/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

gboolean mcp_http_directory_is_known (McpHttpRequest *request, const char *cwd);
void mcp_http_directory_await (McpHttpRequest *request, const char *cwd, McpHttpHandler handler);

G_END_DECLS
