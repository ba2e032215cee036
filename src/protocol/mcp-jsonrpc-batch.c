/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc-batch.h"

#include <string.h>

/* Each message costs work of its own, however small it is. */
#define MAX_MESSAGES 1000

static gboolean
fail_invalid (GError **error, const char *problem)
{
  g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST, problem);
  return FALSE;
}

/**
 * mcp_jsonrpc_batch_is_batch:
 * @text: any bytes
 *
 * Any thread.
 *
 * Returns: whether the first character that is no white space begins an array
 */
gboolean
mcp_jsonrpc_batch_is_batch (GBytes *text)
{
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  while (length > 0 && *data != '\0' && strchr (" \t\r\n", *data) != NULL)
    {
      data++;
      length--;
    }
  return length > 0 && *data == '[';
}

/**
 * mcp_jsonrpc_batch_split:
 * @text: a batch
 * @limits: of the JSON text
 * @error: return location
 *
 * Takes the array apart; whether its elements are messages is not looked at. Any thread.
 *
 * Errors: %MCP_JSONRPC_ERROR.
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the texts of the elements, at least
 *   one and at most 1000
 */
GPtrArray *
mcp_jsonrpc_batch_split (GBytes *text, const McpJsonrpcLimits *limits, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) scan_error = NULL;
  McpJsonSlice root;
  McpJsonSlice element;
  McpJsonIter iter;
  gsize length;
  const char *data = g_bytes_get_data (text, &length);

  if (!mcp_json_scan (data, length, limits->max_depth, limits->max_values, limits->flags, &root,
                      &scan_error))
    {
      g_set_error_literal (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_PARSE, scan_error->message);
      return NULL;
    }

  mcp_json_iter_init (&iter, root);
  while (mcp_json_iter_next_element (&iter, &element))
    {
      if (parts->len == MAX_MESSAGES)
        {
          fail_invalid (error,
                        "A batch must not have more than " G_STRINGIFY (MAX_MESSAGES) " messages");
          return NULL;
        }
      g_ptr_array_add (
          parts, g_bytes_new_from_bytes (text, (gsize) (element.data - data), element.length));
    }
  if (parts->len == 0)
    {
      fail_invalid (error, "A batch must not be empty");
      return NULL;
    }
  return g_steal_pointer (&parts);
}

static McpJsonrpcMessage *
parse_one (GBytes *part, const McpJsonrpcLimits *limits, GError **error)
{
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

/**
 * mcp_jsonrpc_batch_parse:
 * @text: a batch of a client
 * @limits: of the JSON text
 * @error: return location
 *
 * One wrong message refuses the whole batch. Any thread.
 *
 * Errors: %MCP_JSONRPC_ERROR.
 *
 * Returns: (transfer full) (nullable) (element-type McpJsonrpcMessage): its messages
 */
GPtrArray *
mcp_jsonrpc_batch_parse (GBytes *text, const McpJsonrpcLimits *limits, GError **error)
{
  g_autoptr (GPtrArray) parts = mcp_jsonrpc_batch_split (text, limits, error);
  g_autoptr (GPtrArray) messages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_jsonrpc_message_unref);

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      McpJsonrpcMessage *message = parse_one (parts->pdata[i], limits, error);

      if (message == NULL)
        return NULL;
      g_ptr_array_add (messages, message);
    }
  return parts != NULL ? g_steal_pointer (&messages) : NULL;
}
