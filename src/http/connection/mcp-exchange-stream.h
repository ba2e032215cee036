/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-exchange-output.h"

G_BEGIN_DECLS

/**
 * McpExchangeRequest:
 * @head: the request's head in canonical form
 * @body: the request's body, decoded
 * @is_head_method: whether the method is HEAD
 * @close: whether the connection closes after the answer in any case
 *
 * One request as libsoup gets to read it.
 */
typedef struct
{
  GBytes *head;
  GBytes *body;
  gboolean is_head_method;
  gboolean close;
} McpExchangeRequest;

/**
 * McpExchangeStream:
 *
 * One request, readable from memory up to its end, and the way for its answer. Closing the stream
 * ends the exchange.
 */
#define MCP_TYPE_EXCHANGE_STREAM (mcp_exchange_stream_get_type ())
G_DECLARE_FINAL_TYPE (McpExchangeStream, mcp_exchange_stream, MCP, EXCHANGE_STREAM, GIOStream)

McpExchangeStream *mcp_exchange_stream_new (McpHttpWire *wire,
                                            const McpExchangeRequest *request,
                                            const McpExchangeFuncs *funcs,
                                            gpointer owner);
void mcp_exchange_stream_close_after (McpExchangeStream *self);
void mcp_exchange_stream_wake (McpExchangeStream *self);
void mcp_exchange_stream_detach (McpExchangeStream *self);

G_END_DECLS
