/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-mcp-batch.h"

#include <string.h>

static McpJsonrpcMessage *
parse_one (GBytes *body, McpJsonSlice element, const McpJsonrpcLimits *limits, GError **error)
{
  const char *text = g_bytes_get_data (body, NULL);
  g_autoptr (GBytes) part =
      g_bytes_new_from_bytes (body, (gsize) (element.data - text), element.length);
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_message_parse (part, limits, NULL, error);

  if (message == NULL)
    return NULL;
  /* basic/lifecycle of 2025-03-26: initialize must not be part of a batch */
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_REQUEST &&
      strcmp (mcp_jsonrpc_message_get_method (message), "initialize") == 0)
    {
      g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                           "initialize must not be part of a batch");
      return NULL;
    }
  return g_steal_pointer (&message);
}

/**
 * mcp_mcp_batch_parse:
 * @body: a JSON array
 * @limits: what it may hold
 * @error: return location
 *
 * All or nothing is taken.
 *
 * Errors: %MCP_JSONRPC_ERROR, or that of mcp_json_scan().
 *
 * Returns: (transfer full) (nullable) (element-type McpJsonrpcMessage): its messages
 */
GPtrArray *
mcp_mcp_batch_parse (GBytes *body, const McpLimits *limits, GError **error)
{
  const McpJsonrpcLimits json_limits = {
    .max_depth = limits->json_depth,
    .max_values = limits->json_values,
  };
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_jsonrpc_message_unref);
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  McpJsonSlice element;
  McpJsonSlice root;
  McpJsonIter iter;

  if (!mcp_json_scan (text, length, limits->json_depth, limits->json_values, MCP_JSON_SCAN_DEFAULT,
                      &root, error))
    return NULL;

  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      McpJsonrpcMessage *message = parse_one (body, element, &json_limits, error);

      if (message == NULL)
        return NULL;
      g_ptr_array_add (messages, message);
    }
  if (messages->len > 0)
    return g_steal_pointer (&messages);

  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                       "A batch must not be empty");
  return NULL;
}

/**
 * mcp_mcp_batch_receive:
 * @attachment: whose client sent it
 * @messages: (element-type McpJsonrpcMessage): a batch
 *
 * Returns: (transfer full) (element-type McpRequest): what is to be answered, not started
 */
GPtrArray *
mcp_mcp_batch_receive (McpAttachment *attachment, GPtrArray *messages)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < messages->len; i++)
    {
      McpRequest *request = mcp_attachment_receive (attachment, g_ptr_array_index (messages, i));

      if (request != NULL)
        g_ptr_array_add (requests, request);
    }
  return requests;
}
