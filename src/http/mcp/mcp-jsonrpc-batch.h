/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Several JSON-RPC messages in one array (MCP 2025-03-26, basic/index, "Batching").
 */
#include "common/mcp-limits.h"
#include "gateway/client/mcp-attachment.h"

G_BEGIN_DECLS

GPtrArray *mcp_jsonrpc_batch_parse (GBytes *body, const McpLimits *limits, GError **error);
GPtrArray *mcp_jsonrpc_batch_receive (McpAttachment *attachment, GPtrArray *messages);

G_END_DECLS
