/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/client/mcp-request.h"
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session.h"

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
const char *mcp_attachment_get_server (McpAttachment *self);
guint64 mcp_attachment_get_earlier_events (McpAttachment *self);
void mcp_attachment_note_event (McpAttachment *self, guint64 id);
gboolean mcp_attachment_is_lasting (McpAttachment *self);
gboolean mcp_attachment_is_default (McpAttachment *self);

/* What a client says. */
McpRequest *mcp_attachment_receive (McpAttachment *self, McpJsonrpcMessage *message);

G_END_DECLS
