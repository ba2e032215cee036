/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-session.h"

G_BEGIN_DECLS

typedef struct _McpCliAttachment McpCliAttachment;

McpCliAttachment *mcp_cli_attachment_new (McpCliConnection *connection, const char *server);
void mcp_cli_attachment_free (McpCliAttachment *self);
McpCliConnection *mcp_cli_attachment_get_connection (McpCliAttachment *self);
SoupSession *mcp_cli_attachment_get_soup (McpCliAttachment *self);
McpCliSession *mcp_cli_attachment_get_session (McpCliAttachment *self);
void mcp_cli_attachment_take_session (McpCliAttachment *self, McpCliSession *session);
const char *mcp_cli_attachment_get_id (McpCliAttachment *self);
guint mcp_cli_attachment_get_generation (McpCliAttachment *self);
void mcp_cli_attachment_begin_generation (McpCliAttachment *self);
void mcp_cli_attachment_learn (McpCliAttachment *self, const char *id, GBytes *answer);
SoupMessage *mcp_cli_attachment_new_post (McpCliAttachment *self, GBytes *text, gboolean with_id);
SoupMessage *mcp_cli_attachment_new_get (McpCliAttachment *self, const char *last_event_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliAttachment, mcp_cli_attachment_free)

G_END_DECLS
