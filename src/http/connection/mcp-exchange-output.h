/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-wire.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpExchangeFuncs:
 * @wait_for_room: wake the exchange by mcp_exchange_stream_wake() when the socket has room.
 *   Returns: whether there is something to wait for; %FALSE: the connection is broken
 * @wrote: the exchange tried to write; @progress: whether the socket took anything
 * @ended: the exchange's stream was closed. @complete: whether the answer is complete;
 *   @keep_alive: whether the connection may carry another request. Called from within libsoup
 *
 * What an exchange tells the owner of its socket.
 */
typedef struct
{
  gboolean (*wait_for_room) (gpointer owner);
  void (*wrote) (gpointer owner, gboolean progress);
  void (*ended) (gpointer owner, gboolean complete, gboolean keep_alive);
} McpExchangeFuncs;

/**
 * McpExchangeOutput:
 *
 * The answer's side of an exchange. It puts what libsoup writes on the wire, with back-pressure,
 * and follows how far the answer has come.
 */
#define MCP_TYPE_EXCHANGE_OUTPUT (mcp_exchange_output_get_type ())
G_DECLARE_FINAL_TYPE (McpExchangeOutput, mcp_exchange_output, MCP, EXCHANGE_OUTPUT, GOutputStream)

McpExchangeOutput *mcp_exchange_output_new (McpHttpWire *wire,
                                            gboolean to_head_request,
                                            gboolean close,
                                            const McpExchangeFuncs *funcs,
                                            gpointer owner);
void mcp_exchange_output_close_after (McpExchangeOutput *self);
void mcp_exchange_output_wake (McpExchangeOutput *self);
gboolean mcp_exchange_output_finish (McpExchangeOutput *self, gboolean *keep_alive);
void mcp_exchange_output_detach (McpExchangeOutput *self);

G_END_DECLS
