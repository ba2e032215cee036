/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpParsedBody:
 * @message: (owned) (nullable): the message; %NULL: a batch, or an error
 * @batch: (owned) (nullable) (element-type McpJsonrpcMessage): the messages of a batch
 * @id: (owned) (nullable): JSON text of the id of a message that is an error
 * @error: (owned) (nullable): why the body is neither
 *
 * What the body of a POST to /mcp or /messages says.
 */
typedef struct
{
  McpJsonrpcMessage *message;
  GPtrArray *batch;
  char *id;
  GError *error;
} McpParsedBody;

gpointer mcp_parsed_body_new_message (GBytes *bytes, const McpLimits *limits);
gpointer mcp_parsed_body_new (GBytes *bytes, const McpLimits *limits);
void mcp_parsed_body_free (gpointer data);

G_END_DECLS
