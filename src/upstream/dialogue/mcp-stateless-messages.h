/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is said to a server that is told everything with each request (MCP 2026-07-28).
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
