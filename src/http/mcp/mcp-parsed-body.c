/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-parsed-body.h"

#include "http/request/mcp-http-body.h"
#include "protocol/mcp-jsonrpc-batch.h"

/**
 * mcp_parsed_body_free:
 * @data: (transfer full): what a body says
 */
void
mcp_parsed_body_free (gpointer data)
{
  McpParsedBody *self = data;

  g_clear_pointer (&self->message, mcp_jsonrpc_message_unref);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self->id);
  g_free (self);
}

/**
 * mcp_parsed_body_new_message:
 * @bytes: the body of a POST to /messages, which takes no batch
 * @limits: what it may hold
 *
 * Any thread.
 *
 * Returns: (transfer full): what the body says
 */
gpointer
mcp_parsed_body_new_message (GBytes *bytes, const McpLimits *limits)
{
  const McpJsonrpcLimits rpc_limits = mcp_http_body_get_jsonrpc_limits (limits);
  McpParsedBody *self = g_new0 (McpParsedBody, 1);

  self->message = mcp_jsonrpc_message_parse (bytes, &rpc_limits, &self->id, &self->error);
  return self;
}

/**
 * mcp_parsed_body_new:
 * @bytes: the body of a POST to /mcp
 * @limits: what it may hold
 *
 * Any thread.
 *
 * Returns: (transfer full): what the body says
 */
gpointer
mcp_parsed_body_new (GBytes *bytes, const McpLimits *limits)
{
  const McpJsonrpcLimits rpc_limits = mcp_http_body_get_jsonrpc_limits (limits);
  McpParsedBody *self;

  if (!mcp_jsonrpc_batch_is_batch (bytes))
    return mcp_parsed_body_new_message (bytes, limits);
  self = g_new0 (McpParsedBody, 1);
  self->batch = mcp_jsonrpc_batch_parse (bytes, &rpc_limits, &self->error);
  return self;
}
