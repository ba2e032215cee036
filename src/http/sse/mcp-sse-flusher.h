/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/sse/mcp-sse-stream.h"

G_BEGIN_DECLS

/* Between two comments on a silent stream, as the HTTP contract says. */
#define MCP_SSE_KEEP_ALIVE_MS 15000

typedef void (*McpSseFlushedFunc) (gpointer user_data);

McpSseFlusher *mcp_sse_flusher_new (void);
McpSseFlusher *mcp_sse_flusher_ref (McpSseFlusher *self);
void mcp_sse_flusher_unref (McpSseFlusher *self);
void mcp_sse_flusher_set_keep_alive (McpSseFlusher *self, guint interval_ms);
void mcp_sse_flusher_count_event (McpSseFlusher *self);
void mcp_sse_flusher_call_after_flush (McpSseFlusher *self,
                                       McpSseFlushedFunc callback,
                                       gpointer user_data,
                                       GDestroyNotify destroy);
guint mcp_sse_flusher_get_n_streams (McpSseFlusher *self);
void mcp_sse_flusher_close (McpSseFlusher *self);

/* For streams. */
void mcp_sse_flusher_add (McpSseFlusher *self, McpSseStream *stream);
void mcp_sse_flusher_remove (McpSseFlusher *self, McpSseStream *stream);
void mcp_sse_flusher_mark (McpSseFlusher *self, McpSseStream *stream);
void mcp_sse_flusher_sent (McpSseFlusher *self, McpSseStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseFlusher, mcp_sse_flusher_unref)

G_END_DECLS
