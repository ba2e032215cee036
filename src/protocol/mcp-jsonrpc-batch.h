/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Several JSON-RPC messages in one array (MCP 2025-03-26, basic/index, "Batching").
 */
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

gboolean mcp_jsonrpc_batch_is_batch (GBytes *text);
GPtrArray *mcp_jsonrpc_batch_split (GBytes *text, const McpJsonrpcLimits *limits, GError **error);
GPtrArray *mcp_jsonrpc_batch_parse (GBytes *text, const McpJsonrpcLimits *limits, GError **error);

G_END_DECLS
