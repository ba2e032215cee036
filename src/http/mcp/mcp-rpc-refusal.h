/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"
#include "protocol/mcp-error-codes.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpRpcRefusal:
 * @status: of HTTP
 * @code: of the JSON-RPC error
 * @text: for people; static
 * @data: (nullable) (owned): JSON text
 *
 * Why a message on /mcp is not taken.
 */
typedef struct
{
  guint status;
  int code;
  const char *text;
  char *data;
} McpRpcRefusal;

gboolean mcp_rpc_refusal_set (McpRpcRefusal *self, guint status, int code, const char *text);
void mcp_rpc_refusal_set_version (McpRpcRefusal *self, const char *requested);
void mcp_rpc_refusal_reply (const McpRpcRefusal *self, McpHttpRequest *http, McpJsonSlice id);
void mcp_rpc_refusal_reply_text (McpHttpRequest *http,
                                 McpJsonSlice id,
                                 guint status,
                                 int code,
                                 const char *text);
void mcp_rpc_refusal_clear (McpRpcRefusal *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpRpcRefusal, mcp_rpc_refusal_clear)

G_END_DECLS
