/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-http-endpoint-private.h"
#include "mcp-http-inbox-private.h"
#include "upstream/dialogue/mcp-backoff.h"

G_BEGIN_DECLS

/**
 * McpHttpServerStream:
 *
 * The stream on which a server speaks unasked (MCP 2025-11-25, basic/transports, “Listening for
 * Messages from the Server”). A server need not have one. It is asked for whenever it ends.
 * Embedded in its channel.
 */
typedef struct
{
  const McpHttpEndpoint *endpoint; /* (unowned) */
  const McpHttpInboxFuncs *funcs;
  gpointer user_data;
  McpHttpInbox *inbox; /* (owned) (nullable) */
  McpHttpFetch *fetch; /* (owned) (nullable) */
  GSource *timer;      /* (owned) (nullable): until it is asked for again */
  McpBackoff backoff;
  char *event_id; /* (nullable): where it can be resumed */
} McpHttpServerStream;

void mcp_http_server_stream_init (McpHttpServerStream *self,
                                  const McpHttpEndpoint *endpoint,
                                  const McpHttpInboxFuncs *funcs,
                                  gpointer user_data);
void mcp_http_server_stream_start (McpHttpServerStream *self);
void mcp_http_server_stream_stop (McpHttpServerStream *self);

G_END_DECLS
