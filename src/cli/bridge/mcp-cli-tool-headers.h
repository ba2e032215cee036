/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _McpCliToolHeaders McpCliToolHeaders;

McpCliToolHeaders *mcp_cli_tool_headers_new (void);
void mcp_cli_tool_headers_free (McpCliToolHeaders *self);
void mcp_cli_tool_headers_learn (McpCliToolHeaders *self, GBytes *answer);
void mcp_cli_tool_headers_add (McpCliToolHeaders *self,
                               McpJsonrpcMessage *call,
                               SoupMessageHeaders *headers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliToolHeaders, mcp_cli_tool_headers_free)

G_END_DECLS
