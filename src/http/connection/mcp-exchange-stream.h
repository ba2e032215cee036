/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"

G_BEGIN_DECLS

/**
 * McpExchangeStream:
 *
 * One request, readable from memory up to its end, and the way for its answer.
 * Closing it ends the exchange.
 */
#define MCP_TYPE_EXCHANGE_STREAM (mcp_exchange_stream_get_type ())
G_DECLARE_FINAL_TYPE (McpExchangeStream, mcp_exchange_stream, MCP, EXCHANGE_STREAM, GIOStream)

McpExchangeStream *mcp_exchange_stream_new (McpHttpConnection *connection,
                                            GBytes *head,
                                            GBytes *body,
                                            gboolean to_head_request,
                                            gboolean close);
void mcp_exchange_stream_wake (McpExchangeStream *self);
void mcp_exchange_stream_detach (McpExchangeStream *self);

G_END_DECLS
