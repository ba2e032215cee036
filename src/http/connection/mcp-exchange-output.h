/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"

G_BEGIN_DECLS

/**
 * McpExchangeOutput:
 *
 * The answer's side of an exchange: puts what the server behind it writes on the
 * connection, with back-pressure, and follows how far the answer has come.
 */
#define MCP_TYPE_EXCHANGE_OUTPUT (mcp_exchange_output_get_type ())
G_DECLARE_FINAL_TYPE (McpExchangeOutput, mcp_exchange_output, MCP, EXCHANGE_OUTPUT, GOutputStream)

McpExchangeOutput *
mcp_exchange_output_new (McpHttpConnection *connection, gboolean to_head_request, gboolean close);
void mcp_exchange_output_wake (McpExchangeOutput *self);
gboolean mcp_exchange_output_finish (McpExchangeOutput *self, gboolean *keep_alive);
void mcp_exchange_output_detach (McpExchangeOutput *self);

G_END_DECLS
