/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * server/utilities/logging.
 */

#include "gateway/client/mcp-attachment-inner.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/methods/mcp-method.h"

static void
applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpRequest) request = user_data;

  mcp_log_levels_apply_finish (MCP_LOG_LEVELS (source), result, NULL);
  mcp_request_respond_result (request, (McpJsonSlice){ "{}", 2 });
}

/**
 * mcp_method_set_level:
 * @attachment: the attachment that received the request
 * @request: a logging/setLevel
 *
 * Keeps what the client wants to hear, and answers when the servers that run know.
 */
void
mcp_method_set_level (McpAttachment *attachment, McpRequest *request)
{
  McpJsonSlice params = mcp_request_get_params (request);
  g_autofree char *level = NULL;
  McpJsonSlice value;

  if (params.data != NULL && mcp_json_find_typed (params, "level", MCP_JSON_STRING, &value))
    level = mcp_json_dup_string (value);
  if (!mcp_log_levels_is_known (level))
    {
      mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                                 "logging/setLevel needs a “level” from debug to emergency",
                                 MCP_JSON_SLICE_NONE);
      return;
    }

  mcp_attachment_set_log_level (attachment, level);
  mcp_log_levels_apply_async (
      mcp_attachment_get_services (attachment)->log_levels, mcp_attachment_get_session (attachment),
      mcp_request_get_cancellable (request), applied_cb, g_object_ref (request));
}
