/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-context.h"
#include "protocol/mcp-error-codes.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpMcpRefusal:
 * @status: of HTTP
 * @code: of the JSON-RPC error
 * @text: for people; static
 * @data: (nullable) (owned): JSON text
 *
 * Why a request is not taken.
 */
typedef struct
{
  guint status;
  int code;
  const char *text;
  char *data;
} McpMcpRefusal;

void mcp_mcp_refusal_clear (McpMcpRefusal *self);

gboolean mcp_mcp_modern_is (McpHttpRequest *http, McpJsonrpcMessage *message);
gboolean mcp_mcp_modern_header_is (McpHttpRequest *http);
gboolean
mcp_mcp_modern_check (McpHttpRequest *http, McpJsonrpcMessage *message, McpMcpRefusal *refusal);
char *mcp_mcp_modern_dup_client (McpJsonrpcMessage *message);
void mcp_mcp_refuse_version (McpMcpRefusal *refusal, const char *requested);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpMcpRefusal, mcp_mcp_refusal_clear)

G_END_DECLS
