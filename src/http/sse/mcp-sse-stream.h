/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"
#include "http/sse/mcp-sse-flusher.h"

G_BEGIN_DECLS

typedef struct _McpSseStream McpSseStream;

/**
 * McpSseFillFunc:
 * @batch: where to append frames
 * @user_data: as given to mcp_sse_stream_new()
 *
 * Moves what is pending into @batch, until nothing is left or
 * mcp_sse_batch_is_full(). Called only when all that it gave before was sent.
 *
 * Returns: whether more may follow; %FALSE ends the stream once @batch is sent
 */
typedef gboolean (*McpSseFillFunc) (McpSseBatch *batch, gpointer user_data);

McpSseStream *mcp_sse_stream_new (McpSseFlusher *flusher,
                                  McpSseFillFunc fill,
                                  gpointer user_data,
                                  GDestroyNotify closed);
void mcp_sse_stream_begin (McpSseStream *self, McpHttpConnection *connection);
McpSseStream *mcp_sse_stream_ref (McpSseStream *self);
void mcp_sse_stream_unref (McpSseStream *self);
void mcp_sse_stream_wake (McpSseStream *self);
void mcp_sse_stream_close (McpSseStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseStream, mcp_sse_stream_unref)

G_END_DECLS
