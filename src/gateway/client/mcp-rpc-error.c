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
    case MCP_ERROR_NOT_FOUND: /* server/tools, "Error Handling", says so of unknown tools */
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

/**
 * mcp_rpc_error_build_data:
 * @server: name of the server that caused an error
 *
 * Returns: (transfer full): JSON object: the “data” of the error
 */
char *
mcp_rpc_error_build_data (const char *server)
{
  GString *data = g_string_new ("{\"provider\":");

  mcp_json_append_string (data, server);
  g_string_append_c (data, '}');
  return g_string_free (data, FALSE);
}

/**
 * mcp_rpc_error_http_status:
 * @code: of an error that answers a request of 2026-07-28
 * @is_refusal: whether the gateway refused the request before any method saw it
 *
 * 2026-07-28, basic/transports/streamable-http, "Server Validation" and "Sending Messages": errors
 * of the protocol have a status, those of the application have none.
 *
 * Returns: the HTTP status of the response, where that is sent alone
 */
guint
mcp_rpc_error_http_status (int code, gboolean is_refusal)
{
  switch (code)
    {
    case MCP_ERROR_CODE_HEADER_MISMATCH:
    case MCP_ERROR_CODE_MISSING_CAPABILITY:
    case MCP_ERROR_CODE_UNSUPPORTED_VERSION:
      return 400;
    case MCP_JSONRPC_ERROR_METHOD_NOT_FOUND:
      return is_refusal ? 404 : 200;
    default:
      return 200;
    }
}
