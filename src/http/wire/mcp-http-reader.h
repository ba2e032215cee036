/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "http/wire/mcp-body-decoder.h"
#include "http/wire/mcp-http-wire.h"
#include "http/wire/mcp-request-head.h"

G_BEGIN_DECLS

/**
 * McpHttpReadState:
 * @MCP_HTTP_READ_NOTHING: no byte of a request is there
 * @MCP_HTTP_READ_HEAD: the head is not complete
 * @MCP_HTTP_READ_BODY: the head is, the body is not
 * @MCP_HTTP_READ_COMPLETE: the request is there
 * @MCP_HTTP_READ_REFUSED: it is not acceptable
 */
typedef enum
{
  MCP_HTTP_READ_NOTHING,
  MCP_HTTP_READ_HEAD,
  MCP_HTTP_READ_BODY,
  MCP_HTTP_READ_COMPLETE,
  MCP_HTTP_READ_REFUSED,
} McpHttpReadState;

/**
 * McpHttpReader:
 *
 * Reads one request after another off a wire. Zeroes are an empty one.
 */
typedef struct
{
  gsize scanned;         /* of the head */
  gboolean skipped_line; /* the one empty line that may come before it */
  gboolean in_body;
  McpRequestHead head;
  McpBodyDecoder body;
} McpHttpReader;

McpHttpReadState mcp_http_reader_read (McpHttpReader *self,
                                       McpHttpWire *wire,
                                       const McpLimits *limits,
                                       guint16 port,
                                       McpHttpReject *reject);
void mcp_http_reader_take_request (McpHttpReader *self, McpRequestHead *head, GBytes **body);
void mcp_http_reader_clear (McpHttpReader *self);

G_END_DECLS
