/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-jsonrpc-batch.h"

#include <string.h>

/* Each is work of its own, however small it is. */
#define MAX_MESSAGES 1000

static gboolean
fail_invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST, problem);
  return FALSE;
}

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
      fail_invalid (error, "initialize must not be part of a batch");
      return NULL;
    }
  return g_steal_pointer (&message);
}

static gboolean
parse_all (GPtrArray *messages,
           GBytes *body,
           McpJsonSlice root,
           const McpJsonrpcLimits *limits,
           GError **error)
{
  McpJsonSlice element;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      McpJsonrpcMessage *message;

      if (messages->len == MAX_MESSAGES)
        return fail_invalid (
            error, "A batch must not have more than " G_STRINGIFY (MAX_MESSAGES) " messages");
      message = parse_one (body, element, limits, error);
      if (message == NULL)
        return FALSE;
      g_ptr_array_add (messages, message);
    }
  return messages->len > 0 || fail_invalid (error, "A batch must not be empty");
}

/**
 * mcp_jsonrpc_batch_parse:
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
mcp_jsonrpc_batch_parse (GBytes *body, const McpLimits *limits, GError **error)
{
  const McpJsonrpcLimits json_limits = {
    .max_depth = limits->json_depth,
    .max_values = limits->json_values,
  };
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_jsonrpc_message_unref);
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  McpJsonSlice root;

  if (!mcp_json_scan (text, length, limits->json_depth, limits->json_values, MCP_JSON_SCAN_DEFAULT,
                      &root, error))
    return NULL;

  return parse_all (messages, body, root, &json_limits, error) ? g_steal_pointer (&messages) : NULL;
}

/**
 * mcp_jsonrpc_batch_receive:
 * @attachment: whose client sent it
 * @messages: (element-type McpJsonrpcMessage): a batch
 *
 * Returns: (transfer full) (element-type McpRequest): what is to be answered, not started
 */
GPtrArray *
mcp_jsonrpc_batch_receive (McpAttachment *attachment, GPtrArray *messages)
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
