/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-request-sender.h"
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

void mcp_http_sender_note (McpHttpRequest *http, McpRequest *request);

G_END_DECLS
