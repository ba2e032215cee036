/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "http/request/mcp-http-context.h"

G_BEGIN_DECLS

/**
 * McpAnswerFlags:
 * @MCP_ANSWER_JSON: the client takes application/json
 * @MCP_ANSWER_STREAM: the client takes text/event-stream
 * @MCP_ANSWER_NEW_ATTACHMENT: the request is what made the attachment
 * @MCP_ANSWER_BATCH: the requests came as an array
 *
 * How requests on /mcp may be answered.
 */
typedef enum
{
  MCP_ANSWER_JSON = 1 << 0,
  MCP_ANSWER_STREAM = 1 << 1,
  MCP_ANSWER_NEW_ATTACHMENT = 1 << 2,
  MCP_ANSWER_BATCH = 1 << 3,
} McpAnswerFlags;

void mcp_mcp_answer_start (McpHttpRequest *http,
                           McpAttachment *attachment,
                           GPtrArray *requests,
                           McpAnswerFlags flags);

G_END_DECLS
