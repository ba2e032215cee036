/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpHttpReady:
 * @MCP_HTTP_READY_IN: there is something to read, or the end of it
 * @MCP_HTTP_READY_OUT: there is room to write
 * @MCP_HTTP_READY_RDHUP: the peer sends no more
 * @MCP_HTTP_READY_HUP: the connection is over in both directions; always reported
 * @MCP_HTTP_READY_TIMEOUT: the deadline passed; it is cleared
 * @MCP_HTTP_READY_DEFERRED: mcp_http_poller_watch_defer() was called
 */
typedef enum
{
  MCP_HTTP_READY_IN = 1 << 0,
  MCP_HTTP_READY_OUT = 1 << 1,
  MCP_HTTP_READY_RDHUP = 1 << 2,
  MCP_HTTP_READY_HUP = 1 << 3,
  MCP_HTTP_READY_TIMEOUT = 1 << 4,
  MCP_HTTP_READY_DEFERRED = 1 << 5,
} McpHttpReady;

typedef void (*McpHttpReadyFunc) (McpHttpReady ready, gpointer user_data);

/* Called at the end of a turn of the poller. */
typedef void (*McpHttpTurnFunc) (gpointer user_data);

typedef struct _McpHttpPoller McpHttpPoller;
typedef struct _McpHttpPollerWatch McpHttpPollerWatch;

McpHttpPoller *mcp_http_poller_new (void);
void mcp_http_poller_unref (McpHttpPoller *self);
void mcp_http_poller_call_at_turns (McpHttpPoller *self, McpHttpTurnFunc func, gpointer user_data);

McpHttpPollerWatch *mcp_http_poller_watch (McpHttpPoller *self,
                                           int fd,
                                           McpHttpReady wanted,
                                           McpHttpReadyFunc func,
                                           gpointer user_data);
void mcp_http_poller_watch_set_wanted (McpHttpPollerWatch *watch, McpHttpReady wanted);
void mcp_http_poller_watch_set_deadline (McpHttpPollerWatch *watch, gint64 deadline_us);
void mcp_http_poller_watch_defer (McpHttpPollerWatch *watch);
void mcp_http_poller_watch_free (McpHttpPollerWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpPoller, mcp_http_poller_unref)

G_END_DECLS
