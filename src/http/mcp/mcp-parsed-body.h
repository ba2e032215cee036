/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpParsedBody:
 * @message: (owned) (nullable): the message; %NULL: a batch, or an error
 * @batch: (owned) (nullable) (element-type McpJsonrpcMessage): the messages of a batch
 * @id: (owned) (nullable): JSON text of the id of a message that is an error
 * @error: (owned) (nullable): why the body is neither
 *
 * What the body of a POST to /mcp says.
 */
typedef struct
{
  McpJsonrpcMessage *message;
  GPtrArray *batch;
  char *id;
  GError *error;
} McpParsedBody;

/**
 * McpParsedBodyFunc:
 * @http: a request that is still to be answered
 * @body: what its body says; borrowed
 */
typedef void (*McpParsedBodyFunc) (McpHttpRequest *http, McpParsedBody *body);

void mcp_parsed_body_read (McpHttpRequest *http, McpParsedBodyFunc func);

G_END_DECLS
