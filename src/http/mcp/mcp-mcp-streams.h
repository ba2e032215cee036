/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "http/mcp/mcp-mcp-stream.h"

G_BEGIN_DECLS

/**
 * McpMcpStreams:
 *
 * All event streams of one lasting attachment: one for each request that is
 * answered so, and one for what belongs to none. Bounded in bytes and in time.
 * Main context only.
 */
typedef struct _McpMcpStreams McpMcpStreams;

McpMcpStreams *mcp_mcp_streams_get (McpAttachment *attachment);
McpMcpStream *mcp_mcp_streams_add (McpMcpStreams *self);
gboolean mcp_mcp_streams_append (McpMcpStreams *self, McpMcpStream *stream, GBytes *json);
void mcp_mcp_streams_complete (McpMcpStreams *self, McpMcpStream *stream);
void mcp_mcp_streams_remove (McpMcpStreams *self, McpMcpStream *stream);
McpMcpStream *mcp_mcp_streams_find (McpMcpStreams *self, guint64 id);
McpMcpStream *mcp_mcp_streams_open (McpMcpStreams *self, guint64 *after);

G_END_DECLS
