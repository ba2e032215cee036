/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-client.h"
#include "gateway/client/mcp-attachment.h"
#include "gateway/client/mcp-request.h"
#include "gateway/client/mcp-services.h"

G_BEGIN_DECLS

/**
 * McpAttachmentKind:
 * @MCP_ATTACHMENT_LASTING: a client that initialized, under an id
 * @MCP_ATTACHMENT_DEFAULT: of a session, for all that name the session by its token only
 * @MCP_ATTACHMENT_EXCHANGE: of one request that says all there is to know (2026-07-28)
 */
typedef enum
{
  MCP_ATTACHMENT_LASTING,
  MCP_ATTACHMENT_DEFAULT,
  MCP_ATTACHMENT_EXCHANGE,
} McpAttachmentKind;

/* The inside of an attachment: for the gateway, requests and methods. */
McpAttachment *mcp_attachment_new (McpServices *services,
                                   McpClient *client,
                                   McpAttachmentKind kind,
                                   const char *attachment_id,
                                   gboolean owns_session);
McpServices *mcp_attachment_get_services (McpAttachment *self);
gboolean mcp_attachment_owns_session (McpAttachment *self);
gint64 mcp_attachment_get_last_used (McpAttachment *self);
gboolean mcp_attachment_is_busy (McpAttachment *self);

/* What initialize settles, or a request says itself. */
gboolean mcp_attachment_is_initialized (McpAttachment *self);
void mcp_attachment_initialize (McpAttachment *self,
                                McpRevision revision,
                                const char *name,
                                McpJsonSlice capabilities);
void mcp_attachment_confirm (McpAttachment *self);
void mcp_attachment_go_on (McpAttachment *self, guint64 event_mark);
gboolean mcp_attachment_is_confirmed (McpAttachment *self);
McpClient *mcp_attachment_get_client (McpAttachment *self);
void mcp_attachment_set_log_level (McpAttachment *self, const char *level);
void mcp_attachment_note_subscribed (McpAttachment *self, const char *uri, gboolean is_subscribed);
McpChangeListener *mcp_attachment_get_listener (McpAttachment *self);
void mcp_attachment_note_listed (McpAttachment *self, McpItemKind kind);

/* Requests in flight, by the JSON text of their ids, so that 1 is not "1". */
McpRequest *mcp_attachment_find_request (McpAttachment *self, McpJsonSlice id);

/* What servers ask of the client. */
void mcp_attachment_put_ask (McpAttachment *self, McpAsk *ask, McpRequest *request);
void mcp_attachment_follow_login (McpAttachment *self, McpOauthServer *login, McpJsonSlice params);

void mcp_attachment_detach (McpAttachment *self);
void mcp_attachment_session_closed (McpAttachment *self);

G_END_DECLS
