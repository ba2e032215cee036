/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/sse/mcp-sse-flusher.h"
#include "http/sse/mcp-sse-stream.h"

G_BEGIN_DECLS

/**
 * McpMcpStream:
 *
 * One event stream of an MCP client: its messages in order, and the connection
 * that carries them, if there is one. Where its client may come back, messages
 * have ids, and those sent are kept for a while (MCP 2025-11-25, basic/transports,
 * "Resumability and Redelivery"). Main context only.
 */
typedef struct _McpMcpStream McpMcpStream;

/**
 * McpMcpStreamFunc:
 *
 * Called when the connection that carries the stream has gone, for whatever
 * reason, and no other took its place.
 */
typedef void (*McpMcpStreamFunc) (McpMcpStream *self, gpointer user_data);

/**
 * McpMcpStreamCarrier:
 * @flusher: writes to it
 * @msg: a request that is to be answered with the stream
 * @connection: that carries it
 * @is_primed: it begins with an event without a message, so that there is an id to come back with
 */
typedef struct
{
  McpSseFlusher *flusher;
  SoupServerMessage *msg;
  McpHttpConnection *connection;
  gboolean is_primed;
} McpMcpStreamCarrier;

McpMcpStream *mcp_mcp_stream_new (guint64 *last_id);
McpMcpStream *mcp_mcp_stream_ref (McpMcpStream *self);
void mcp_mcp_stream_unref (McpMcpStream *self);
void mcp_mcp_stream_set_gone (McpMcpStream *self,
                              McpMcpStreamFunc gone,
                              gpointer user_data,
                              GDestroyNotify destroy);
void mcp_mcp_stream_carry (McpMcpStream *self, const McpMcpStreamCarrier *carrier, guint64 after);
gboolean mcp_mcp_stream_append (McpMcpStream *self, GBytes *json);
gboolean mcp_mcp_stream_append_event (McpMcpStream *self, const char *name, GBytes *data);
void mcp_mcp_stream_complete (McpMcpStream *self);
void mcp_mcp_stream_close (McpMcpStream *self);
void mcp_mcp_stream_orphan (McpMcpStream *self);

gboolean mcp_mcp_stream_is_complete (McpMcpStream *self);
gboolean mcp_mcp_stream_has_carrier (McpMcpStream *self);
gboolean mcp_mcp_stream_knows (McpMcpStream *self, guint64 id);
gsize mcp_mcp_stream_get_size (McpMcpStream *self);
gboolean mcp_mcp_stream_drop_oldest (McpMcpStream *self, gboolean unsent_too);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpMcpStream, mcp_mcp_stream_unref)

G_END_DECLS
