/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-reject.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_REQUEST_BODY_NONE,
  MCP_REQUEST_BODY_LENGTH,
  MCP_REQUEST_BODY_CHUNKED,
} McpRequestBodyKind;

/**
 * McpRequestContext:
 * @is_unix: whether the request came by the Unix socket
 * @port: the TCP port that it came by; 0: Unix
 * @max_bytes: of the head
 * @max_fields: of the head
 *
 * What a head is judged by besides its own bytes.
 */
typedef struct
{
  gboolean is_unix;
  guint16 port;
  gsize max_bytes;
  guint max_fields;
} McpRequestContext;

/**
 * McpRequestHead:
 * @method: static: one of those that routes know
 * @target: (owned): path and query
 * @fields: (owned): the field lines that are passed on, each with its line end
 * @body_kind: how the body is delimited
 * @content_length: of the body when @body_kind is %MCP_REQUEST_BODY_LENGTH
 * @minor_version: 1, or 0 for an HTTP/1.0 client
 * @wants_close: whether the client asked that its connection be closed afterwards
 * @expects_continue: whether it waits for a 100 before it sends the body
 *
 * A request head that passed every check.
 */
typedef struct
{
  const char *method;
  char *target;
  GString *fields;
  guint64 content_length;
  McpRequestBodyKind body_kind;
  guint minor_version;
  gboolean wants_close;
  gboolean expects_continue;
} McpRequestHead;

gssize mcp_request_head_find_end (const char *data,
                                  gsize length,
                                  gsize *scanned,
                                  gsize max_bytes,
                                  McpHttpReject *reject);
gboolean mcp_request_head_parse (const char *data,
                                 gsize length,
                                 const McpRequestContext *context,
                                 McpRequestHead *head,
                                 McpHttpReject *reject);
GBytes *mcp_request_head_to_bytes (const McpRequestHead *head, gsize body_length);
void mcp_request_head_clear (McpRequestHead *head);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (McpRequestHead, mcp_request_head_clear)

G_END_DECLS
