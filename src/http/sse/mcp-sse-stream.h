/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/connection/mcp-http-connection.h"
#include "http/sse/mcp-sse-batch.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _McpSseFlusher McpSseFlusher;
typedef struct _McpSseStream McpSseStream;

/**
 * McpSseFillFunc:
 * @batch: where to append frames
 * @user_data: as given to mcp_sse_stream_open()
 *
 * Moves what is pending into @batch, until nothing is left or
 * mcp_sse_batch_is_full(). Called only when all that it gave before was sent.
 *
 * Returns: whether more may follow; %FALSE ends the stream once @batch is sent
 */
typedef gboolean (*McpSseFillFunc) (McpSseBatch *batch, gpointer user_data);

McpSseStream *mcp_sse_stream_open (McpSseFlusher *flusher,
                                   SoupServerMessage *msg,
                                   McpHttpConnection *connection,
                                   McpSseFillFunc fill,
                                   gpointer user_data,
                                   GDestroyNotify closed);
McpSseStream *mcp_sse_stream_ref (McpSseStream *self);
void mcp_sse_stream_unref (McpSseStream *self);
void mcp_sse_stream_wake (McpSseStream *self);
void mcp_sse_stream_close (McpSseStream *self);

/* For the flusher. */
gboolean mcp_sse_stream_mark (McpSseStream *self);
void mcp_sse_stream_flush (McpSseStream *self, McpSseBatch *scratch);
void mcp_sse_stream_keep_alive (McpSseStream *self, McpSseBatch *scratch);
GList *mcp_sse_stream_get_link (McpSseStream *self);
gint64 mcp_sse_stream_get_last_sent (McpSseStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseStream, mcp_sse_stream_unref)

G_END_DECLS
