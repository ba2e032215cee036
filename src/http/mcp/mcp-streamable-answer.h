/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "http/request/mcp-http-request.h"

G_BEGIN_DECLS

/**
 * McpStreamableAnswerFlags:
 * @MCP_STREAMABLE_ANSWER_JSON: the client takes application/json
 * @MCP_STREAMABLE_ANSWER_STREAM: the client takes text/event-stream
 * @MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT: the request is what made the attachment
 * @MCP_STREAMABLE_ANSWER_BATCH: the requests came as an array
 *
 * How requests on /mcp may be answered.
 */
typedef enum
{
  MCP_STREAMABLE_ANSWER_JSON = 1 << 0,
  MCP_STREAMABLE_ANSWER_STREAM = 1 << 1,
  MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT = 1 << 2,
  MCP_STREAMABLE_ANSWER_BATCH = 1 << 3,
} McpStreamableAnswerFlags;

void mcp_streamable_answer_start (McpHttpRequest *http,
                                  McpAttachment *attachment,
                                  GPtrArray *requests,
                                  McpStreamableAnswerFlags flags);

G_END_DECLS
