/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-server-asks.h"

G_BEGIN_DECLS

/**
 * McpPendingRequests:
 *
 * The requests that a server has not answered yet, by id. Main context only.
 */
typedef struct _McpPendingRequests McpPendingRequests;

/**
 * McpPendingAbandonedFunc:
 * @id: of a request that was withdrawn or took too long, and is not pending any more
 * @reason: why, for the server
 *
 * Called before the request's own callback.
 */
typedef void (*McpPendingAbandonedFunc) (gint64 id, const char *reason, gpointer user_data);

McpPendingRequests *mcp_pending_requests_new (McpProvider *provider,
                                              McpPendingAbandonedFunc abandoned,
                                              gpointer user_data);
void mcp_pending_requests_free (McpPendingRequests *self);
McpServerAsks *mcp_pending_requests_get_asks (McpPendingRequests *self);
guint mcp_pending_requests_get_size (McpPendingRequests *self);
void mcp_pending_requests_add (McpPendingRequests *self,
                               gint64 id,
                               GTask *task,
                               const McpProviderRequest *request,
                               guint timeout_ms);
void
mcp_pending_requests_keep (McpPendingRequests *self, gint64 id, const McpProviderRequest *request);
const McpProviderRequest *mcp_pending_requests_get_kept (McpPendingRequests *self, gint64 id);
gboolean mcp_pending_requests_note_repeat (McpPendingRequests *self, gint64 id);
gboolean mcp_pending_requests_is_repeated (McpPendingRequests *self, gint64 id);
gboolean mcp_pending_requests_start_timer (McpPendingRequests *self, gint64 id);
gboolean
mcp_pending_requests_complete (McpPendingRequests *self, gint64 id, McpJsonrpcMessage *answer);
gboolean mcp_pending_requests_fail (McpPendingRequests *self, gint64 id, GError *error);
void mcp_pending_requests_fail_all (McpPendingRequests *self, const GError *error);
gboolean
mcp_pending_requests_progress (McpPendingRequests *self, gint64 token, McpJsonSlice params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPendingRequests, mcp_pending_requests_free)

G_END_DECLS
