/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-attachment.h"
#include "mcp-request.h"
#include "mcp-router.h"

G_BEGIN_DECLS

/* The inside of an attachment: for the gateway, requests and methods. */
McpAttachment *mcp_attachment_new (McpRouter *router,
                                   McpSession *session,
                                   const char *attachment_id,
                                   gboolean owns_session);
McpRouter *mcp_attachment_get_router (McpAttachment *self);
gboolean mcp_attachment_owns_session (McpAttachment *self);
gint64 mcp_attachment_get_last_used (McpAttachment *self);
gboolean mcp_attachment_is_busy (McpAttachment *self);

/* What initialize settles. */
gboolean mcp_attachment_is_initialized (McpAttachment *self);
void mcp_attachment_initialize (McpAttachment *self, McpRevision revision, const char *client);
void mcp_attachment_confirm (McpAttachment *self);
gboolean mcp_attachment_is_confirmed (McpAttachment *self);
const char *mcp_attachment_get_client (McpAttachment *self);

/* Requests in flight, by the JSON text of their ids, so that 1 is not "1". */
McpRequest *mcp_attachment_find_request (McpAttachment *self, McpJsonSlice id);
void mcp_attachment_remove_request (McpAttachment *self, McpRequest *request);

void mcp_attachment_detach (McpAttachment *self);
void mcp_attachment_session_closed (McpAttachment *self);

G_END_DECLS
