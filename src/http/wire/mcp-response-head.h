/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MCP_RESPONSE_BODY_NONE,
  MCP_RESPONSE_BODY_LENGTH,
  MCP_RESPONSE_BODY_CHUNKED,
  MCP_RESPONSE_BODY_UNTIL_CLOSE,
} McpResponseBodyKind;

/**
 * McpResponseHead:
 * @status: the HTTP status
 * @body_kind: how the body is delimited
 * @content_length: of the body when @body_kind is %MCP_RESPONSE_BODY_LENGTH
 * @closes: whether the connection ends with this answer
 *
 * What a response head says about the rest.
 */
typedef struct
{
  guint status;
  McpResponseBodyKind body_kind;
  guint64 content_length;
  gboolean closes;
} McpResponseHead;

GString *mcp_response_head_rewrite (const char *data,
                                    gsize length,
                                    gboolean to_head_request,
                                    gboolean close,
                                    McpResponseHead *head);

G_END_DECLS
