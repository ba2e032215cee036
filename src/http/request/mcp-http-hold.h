/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

/**
 * McpHttpHold:
 *
 * A request whose answer waits for something. The client may go away meanwhile.
 */
typedef struct _McpHttpHold McpHttpHold;

McpHttpHold *mcp_http_hold_new (McpHttpRequest *request);
SoupServerMessage *mcp_http_hold_get_message (McpHttpHold *self);
void mcp_http_hold_end (McpHttpHold *self);
void mcp_http_hold_until_settled (McpHttpRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpHttpHold, mcp_http_hold_end)

G_END_DECLS
