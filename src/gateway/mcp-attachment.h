/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-gateway.h"
#include "mcp-jsonrpc.h"
#include "mcp-request.h"
#include "mcp-revision.h"

G_BEGIN_DECLS

/**
 * McpAttachment:
 *
 * One MCP client inside a session: its revision, what it can do, and its own id
 * space. A session's default attachment needs no initialize and has no id; nor has
 * one that stands for a single request of a client that says all there is to know
 * with each (2026-07-28).
 *
 * Signals:
 *   message (GBytes *json): for the client, belonging to no request of its
 *   detached (): it has ended
 */
#define MCP_TYPE_ATTACHMENT (mcp_attachment_get_type ())
G_DECLARE_FINAL_TYPE (McpAttachment, mcp_attachment, MCP, ATTACHMENT, GObject)

const char *mcp_attachment_get_id (McpAttachment *self);
McpSession *mcp_attachment_get_session (McpAttachment *self);
const McpLimits *mcp_attachment_get_limits (McpAttachment *self);
McpRevision mcp_attachment_get_revision (McpAttachment *self);
gboolean mcp_attachment_is_lasting (McpAttachment *self);
gboolean mcp_attachment_is_default (McpAttachment *self);

/* Attachments of a gateway. */
McpAttachment *
mcp_gateway_attach (McpGateway *self, McpSession *session, gboolean owns_session, GError **error);
McpAttachment *mcp_gateway_attach_exchange (McpGateway *self,
                                            McpSession *session,
                                            McpJsonrpcMessage *message,
                                            GHashTable *param_headers);
McpAttachment *mcp_gateway_lookup_attachment (McpGateway *self, const char *attachment_id);
McpAttachment *mcp_gateway_get_default_attachment (McpGateway *self, McpSession *session);
void mcp_gateway_detach (McpGateway *self, McpAttachment *attachment);

/* What a client says. */
McpRequest *mcp_attachment_receive (McpAttachment *self, McpJsonrpcMessage *message);

G_END_DECLS
