/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-context.h"
#include "protocol/mcp-error-codes.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpStatelessRefusal:
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
} McpStatelessRefusal;

void mcp_stateless_check_clear_refusal (McpStatelessRefusal *self);

gboolean mcp_stateless_check_is_stateless (McpHttpRequest *http, McpJsonrpcMessage *message);
gboolean mcp_stateless_check_has_header (McpHttpRequest *http);
gboolean mcp_stateless_check_request (McpHttpRequest *http,
                                      McpJsonrpcMessage *message,
                                      McpStatelessRefusal *refusal);
char *mcp_stateless_check_dup_client (McpJsonrpcMessage *message);
void mcp_stateless_check_refuse_version (McpStatelessRefusal *refusal, const char *requested);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpStatelessRefusal, mcp_stateless_check_clear_refusal)

G_END_DECLS
