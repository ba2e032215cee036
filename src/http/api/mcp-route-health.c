/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/api/mcp-api-routes.h"
#include "http/api/mcp-health-text.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/**
 * mcp_route_health_get:
 * @request: GET /health
 *
 * Says that the daemon is there, and which one it is.
 */
void
mcp_route_health_get (McpHttpRequest *request)
{
  mcp_http_reply_json (request, 200,
                       mcp_health_text_get (request->context->health, g_get_monotonic_time ()));
}
