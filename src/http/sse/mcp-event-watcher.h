/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/sse/mcp-event-hub.h"
#include "http/sse/mcp-sse-stream.h"

G_BEGIN_DECLS

/**
 * McpEventWatcher:
 *
 * One reader of events with its bounded queue: what an event stream of one session, or of all
 * sessions, is filled from. Main context only.
 */
typedef struct _McpEventWatcher McpEventWatcher;

McpEventWatcher *
mcp_event_watcher_new_for_session (McpSession *session, const guint64 *after, GError **error);
McpEventWatcher *mcp_event_watcher_new_for_all (McpEventHub *hub,
                                                const guint64 *after,
                                                const McpLimits *limits,
                                                GError **error);
void mcp_event_watcher_free (gpointer self);
gboolean mcp_event_watcher_fill (McpSseBatch *batch, gpointer self);
void mcp_event_watcher_wake (McpEventWatcher *self, McpSseStream *stream);

G_END_DECLS
