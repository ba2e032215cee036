/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Messages that are not quite JSON-RPC, as servers send them. What can be mended without guessing
 * is mended.
 */
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

GBytes *mcp_jsonrpc_mend_text (GBytes *text);
char *mcp_jsonrpc_mend_find_id (GBytes *text);
McpJsonrpcMessage *
mcp_jsonrpc_mend_parse (GBytes *text, const McpJsonrpcLimits *limits, char **id, GError **error);

G_END_DECLS
