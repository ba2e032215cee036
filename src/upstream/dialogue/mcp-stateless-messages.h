/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is sent to a server of MCP 2026-07-28, which gets all facts with each request.
 */
#include "protocol/mcp-error-codes.h"
#include "protocol/mcp-jsonrpc.h"
#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

GBytes *mcp_stateless_messages_build_request (gint64 id, const McpProviderRequest *request);
GBytes *
mcp_stateless_messages_build_own_request (gint64 id, const char *method, const char *params);
char **mcp_stateless_messages_build_headers (const McpProviderRequest *request);

G_END_DECLS
