/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-rpc-error.h"

#include "common/mcp-error.h"
#include "protocol/mcp-jsonrpc.h"

/**
 * mcp_rpc_error_code:
 * @error: why a request failed
 *
 * Returns: the code that says so in JSON-RPC
 */
int
mcp_rpc_error_code (const GError *error)
{
  if (error->domain == MCP_JSONRPC_ERROR)
    return error->code;
  if (error->domain != MCP_ERROR)
    return MCP_JSONRPC_ERROR_INTERNAL;

  switch ((McpError) error->code)
    {
    case MCP_ERROR_INVALID_ARGUMENTS:
    case MCP_ERROR_NOT_FOUND: /* server/tools, "Error Handling": unknown tools are such */
      return MCP_JSONRPC_ERROR_INVALID_PARAMS;
    case MCP_ERROR_AUTHENTICATION_FAILED:
      return MCP_JSONRPC_ERROR_INVALID_REQUEST;
    case MCP_ERROR_LIMIT_EXCEEDED:
    case MCP_ERROR_PROVIDER_FAILED:
    case MCP_ERROR_CANCELLED:
    case MCP_ERROR_CLOSED:
      return MCP_JSONRPC_ERROR_INTERNAL;
    }
  return MCP_JSONRPC_ERROR_INTERNAL;
}
