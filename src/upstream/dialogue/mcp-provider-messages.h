/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is said to a server, and done with what it says, alike over every transport.
 */
#include "upstream/dialogue/mcp-pending-requests.h"

G_BEGIN_DECLS

GBytes *mcp_provider_messages_build_initialize (gint64 id);
McpRevision mcp_provider_messages_check_initialized (McpJsonrpcMessage *answer, GError **error);
GBytes *mcp_provider_messages_build_initialized (void);
GBytes *mcp_provider_messages_build_request (gint64 id, const McpProviderRequest *request);
GBytes *mcp_provider_messages_build_cancelled (gint64 id, const char *reason);

gboolean mcp_provider_messages_read_id (McpJsonSlice value, gint64 *id);
gboolean mcp_provider_messages_get_own_id (McpJsonrpcMessage *answer, gint64 *id);
gboolean mcp_provider_messages_take_notification (McpProvider *provider,
                                                  McpPendingRequests *pending,
                                                  gint64 id,
                                                  McpJsonrpcMessage *notification);
GBytes *mcp_provider_messages_take_request (McpProvider *provider,
                                            McpPendingRequests *pending,
                                            gint64 id,
                                            McpJsonrpcMessage *request,
                                            const char *cwd);
gboolean mcp_provider_messages_take_response (McpPendingRequests *pending, GBytes *response);

G_END_DECLS
