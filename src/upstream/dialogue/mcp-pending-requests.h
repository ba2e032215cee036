/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-provider.h"

G_BEGIN_DECLS

typedef struct _McpPendingRequests McpPendingRequests;

/**
 * McpPendingAbandonedFunc:
 * @id: of a request that was withdrawn or took too long, and is pending no more
 * @reason: why, for the server
 *
 * Called before the request's own callback.
 */
typedef void (*McpPendingAbandonedFunc) (gint64 id, const char *reason, gpointer user_data);

McpPendingRequests *mcp_pending_requests_new (McpProvider *provider,
                                              McpPendingAbandonedFunc abandoned,
                                              gpointer user_data);
void mcp_pending_requests_free (McpPendingRequests *self);
guint mcp_pending_requests_get_size (McpPendingRequests *self);
void mcp_pending_requests_add (McpPendingRequests *self,
                               gint64 id,
                               GTask *task,
                               const McpProviderRequest *request,
                               guint timeout_ms);
gboolean mcp_pending_requests_start_timer (McpPendingRequests *self, gint64 id);
gboolean
mcp_pending_requests_complete (McpPendingRequests *self, gint64 id, McpJsonrpcMessage *answer);
gboolean mcp_pending_requests_fail (McpPendingRequests *self, gint64 id, GError *error);
void mcp_pending_requests_fail_all (McpPendingRequests *self, const GError *error);
gboolean
mcp_pending_requests_progress (McpPendingRequests *self, gint64 token, McpJsonSlice params);

/* What a server asks or tells for the sake of a request in flight. */
gboolean mcp_pending_requests_log (McpPendingRequests *self, gint64 id, McpJsonSlice params);
void mcp_pending_requests_set_of_one_session (McpPendingRequests *self, gboolean is_of_one);
gboolean mcp_pending_requests_may_ask (McpPendingRequests *self);
gboolean mcp_pending_requests_ask (McpPendingRequests *self, gint64 id, McpJsonrpcMessage *request);
void mcp_pending_requests_note_asked (McpPendingRequests *self, McpJsonSlice ask_id);
gboolean mcp_pending_requests_end_ask (McpPendingRequests *self, McpJsonSlice ask_id);
void mcp_pending_requests_forget_asks (McpPendingRequests *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpPendingRequests, mcp_pending_requests_free)

G_END_DECLS
