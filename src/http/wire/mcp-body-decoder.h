/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/wire/mcp-http-reject.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_BODY_MORE,
  MCP_BODY_DONE,
  MCP_BODY_FAILED,
} McpBodyProgress;

/**
 * McpBodyDecoder:
 *
 * Takes one body from the wire: of a known length, or chunked. Its fields are its own.
 */
typedef struct
{
  guint state;
  gboolean keep;     /* the decoded bytes */
  guint64 remaining; /* of the body or of the chunk */
  gsize max_bytes;   /* of the decoded body */
  gsize n_decoded;
  guint n_digits;          /* of the chunk size */
  guint n_extension_bytes; /* in the whole body */
  GString *trailer;        /* (nullable): the trailer line being read */
  guint n_trailer_bytes;
  guint n_trailers;
  GByteArray *body; /* (nullable): the decoded bytes, once there are some */
} McpBodyDecoder;

void mcp_body_decoder_init_length (McpBodyDecoder *self, guint64 length, gboolean keep);
void mcp_body_decoder_init_chunked (McpBodyDecoder *self, gsize max_bytes, gboolean keep);
McpBodyProgress mcp_body_decoder_feed (McpBodyDecoder *self,
                                       const char *data,
                                       gsize length,
                                       gsize *n_used,
                                       McpHttpReject *reject);
GBytes *mcp_body_decoder_steal_body (McpBodyDecoder *self);
void mcp_body_decoder_clear (McpBodyDecoder *self);

G_END_DECLS
