/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "http/mcp/mcp-message-stream.h"

G_BEGIN_DECLS

/**
 * McpResumableStreams:
 *
 * All event streams of one lasting attachment: one for each request that is
 * answered so, and one for what belongs to none. Bounded in bytes and in time.
 * Main context only.
 */
typedef struct _McpResumableStreams McpResumableStreams;

McpResumableStreams *mcp_resumable_streams_get (McpAttachment *attachment);
McpMessageStream *mcp_resumable_streams_add (McpResumableStreams *self);
gboolean
mcp_resumable_streams_append (McpResumableStreams *self, McpMessageStream *stream, GBytes *json);
void mcp_resumable_streams_complete (McpResumableStreams *self, McpMessageStream *stream);
void mcp_resumable_streams_remove (McpResumableStreams *self, McpMessageStream *stream);
McpMessageStream *mcp_resumable_streams_find (McpResumableStreams *self, guint64 id);
McpMessageStream *mcp_resumable_streams_open (McpResumableStreams *self, guint64 *after);

G_END_DECLS
