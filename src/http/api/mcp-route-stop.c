/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /stop: the owner's way to end all tool calls at once, and to allow them again.
 */
#include "gateway/api/mcp-gateway-calls.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/**
 * mcp_route_stop_put:
 * @request: PUT /stop
 *
 * Cancels all calls, and refuses new ones.
 */
void
mcp_route_stop_put (McpHttpRequest *request)
{
  mcp_gateway_calls_stop (request->context->gateway);
  mcp_http_reply_empty (request, 204);
}

/**
 * mcp_route_stop_delete:
 * @request: DELETE /stop
 *
 * Allows calls again.
 */
void
mcp_route_stop_delete (McpHttpRequest *request)
{
  if (!mcp_http_process_is_owner (request))
    return;
  mcp_gateway_calls_release (request->context->gateway);
  mcp_http_reply_empty (request, 204);
}
