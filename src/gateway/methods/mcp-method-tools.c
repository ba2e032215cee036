/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Calls of server/tools.
 */

#include "gateway/client/mcp-request-inner.h"
#include "gateway/methods/mcp-method.h"
#include "gateway/methods/mcp-operation.h"

static void
rename_tool (McpParams *params, const char *own_name)
{
  McpJsonSlice arguments;

  mcp_params_set_string (params, MCP_PARAM_NAME, own_name);
  if (mcp_params_get (params, MCP_PARAM_ARGUMENTS, &arguments) && mcp_json_is_nothing (arguments))
    mcp_params_set (params, MCP_PARAM_ARGUMENTS, g_strdup ("{}"));
}

static const McpOperationSubject subject = {
  .kind = MCP_ITEM_TOOL,
  .is_call = TRUE,
  .rename = rename_tool,
};

static gboolean
check_params (McpRequest *request, McpJsonSlice *name)
{
  McpJsonSlice params = mcp_request_get_params (request);
  McpJsonSlice arguments;
  const char *problem = NULL;

  if (params.data == NULL || !mcp_json_find_typed (params, "name", MCP_JSON_STRING, name))
    problem = "tools/call needs a string “name”";
  else if (mcp_json_find (params, "arguments", &arguments) &&
           mcp_json_get_type (arguments) != MCP_JSON_OBJECT && !mcp_json_is_nothing (arguments))
    problem = "“arguments” must be an object";
  if (problem != NULL)
    mcp_request_respond_error (request, MCP_JSONRPC_ERROR_INVALID_PARAMS, problem,
                               MCP_JSON_SLICE_NONE);
  return problem == NULL;
}

/**
 * mcp_method_call_tool:
 * @attachment: the attachment that received the request
 * @request: a tools/call
 *
 * Makes a call: what the server reports and asks goes to the client, and its answer, in the
 * client's revision.
 */
void
mcp_method_call_tool (McpAttachment *attachment, McpRequest *request)
{
  g_autofree char *exposed = NULL;
  McpJsonSlice name;

  if (mcp_operation_resume (attachment, request) || !check_params (request, &name))
    return;

  exposed = mcp_json_dup_string (name);
  /* no tool has a name with U+0000 */
  mcp_operation_start (attachment, request, &subject, exposed != NULL ? exposed : "");
}
