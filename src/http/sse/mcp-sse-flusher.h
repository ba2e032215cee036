/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/sse/mcp-sse-batch.h"

G_BEGIN_DECLS

/* Between two comments on a silent stream, as the HTTP contract says. */
#define MCP_SSE_KEEP_ALIVE_MS 15000

typedef void (*McpSseFlushedFunc) (gpointer user_data);

/**
 * McpFlushItemFuncs:
 * @ref: any thread
 * @unref: any thread
 * @flush: writes what is pending, in one system call; @scratch is an empty batch to use
 * @keep_alive: sends a comment, unless something else waits to be sent
 * @close: ends the stream, which then removes itself by mcp_sse_flusher_remove()
 *
 * What the flusher asks of a stream. Main context only but for the first two.
 */
typedef struct
{
  void (*ref) (gpointer owner);
  void (*unref) (gpointer owner);
  void (*flush) (gpointer owner, McpSseBatch *scratch);
  void (*keep_alive) (gpointer owner, McpSseBatch *scratch);
  void (*close) (gpointer owner);
} McpFlushItemFuncs;

/**
 * McpFlushItem:
 * @funcs: called with @owner
 * @owner: the stream that embeds this
 * @link: private: the place among the flusher's streams
 * @dirty: private, atomic: whether something is pending
 * @last_sent_us: private: when something was last sent, monotonic
 *
 * What the flusher keeps in each stream.
 */
typedef struct
{
  const McpFlushItemFuncs *funcs;
  gpointer owner;
  GList link;
  int dirty;
  gint64 last_sent_us;
} McpFlushItem;

typedef struct _McpSseFlusher McpSseFlusher;

McpSseFlusher *mcp_sse_flusher_new (void);
McpSseFlusher *mcp_sse_flusher_ref (McpSseFlusher *self);
void mcp_sse_flusher_unref (McpSseFlusher *self);
void mcp_sse_flusher_set_keep_alive (McpSseFlusher *self, guint interval_ms);
void mcp_sse_flusher_count_event (McpSseFlusher *self);
gboolean mcp_sse_flusher_is_behind (McpSseFlusher *self);
void mcp_sse_flusher_flush_few (McpSseFlusher *self);
void mcp_sse_flusher_call_after_flush (McpSseFlusher *self,
                                       McpSseFlushedFunc callback,
                                       gpointer user_data,
                                       GDestroyNotify destroy);
guint mcp_sse_flusher_get_n_streams (McpSseFlusher *self);
void mcp_sse_flusher_close (McpSseFlusher *self);

/* For streams. */
void mcp_sse_flusher_add (McpSseFlusher *self, McpFlushItem *item);
void mcp_sse_flusher_remove (McpSseFlusher *self, McpFlushItem *item);
void mcp_sse_flusher_mark (McpSseFlusher *self, McpFlushItem *item);
void mcp_sse_flusher_sent (McpSseFlusher *self, McpFlushItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSseFlusher, mcp_sse_flusher_unref)

G_END_DECLS
