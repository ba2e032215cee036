/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

void mcp_http_router_handle (McpHttpContext *context, SoupServerMessage *msg, const char *path);

G_END_DECLS
