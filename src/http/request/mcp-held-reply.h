/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

/**
 * McpHeldReply:
 *
 * A request whose answer waits for something. The client may go away meanwhile.
 */
typedef struct _McpHeldReply McpHeldReply;

McpHeldReply *mcp_held_reply_new (McpHttpRequest *request);
SoupServerMessage *mcp_held_reply_get_message (McpHeldReply *self);
void mcp_held_reply_end (McpHeldReply *self);
void mcp_held_reply_until_settled (McpHttpRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHeldReply, mcp_held_reply_end)

G_END_DECLS
