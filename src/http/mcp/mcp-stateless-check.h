/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/mcp/mcp-rpc-refusal.h"

G_BEGIN_DECLS

gboolean mcp_stateless_check_is_stateless (McpHttpRequest *http, McpJsonrpcMessage *message);
gboolean mcp_stateless_check_request (McpHttpRequest *http,
                                      McpJsonrpcMessage *message,
                                      McpRpcRefusal *refusal);
char *mcp_stateless_check_dup_client (McpJsonrpcMessage *message);

G_END_DECLS
