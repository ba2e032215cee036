/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /settings: what holds, and what is wrong in the owner's files.
 */
#include "gateway/api/mcp-gateway-calls.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/**
 * mcp_route_settings_get:
 * @request: GET /settings
 *
 * Shows the settings in force.
 */
void
mcp_route_settings_get (McpHttpRequest *request)
{
  const McpHttpContext *context = request->context;
  GString *json = g_string_new ("{\"stopped\":");

  g_string_append (json, mcp_gateway_calls_are_stopped (context->gateway) ? "true" : "false");
  if (context->daemon != NULL)
    {
      g_autofree char *members = context->daemon->build_settings (context->daemon_data);

      g_string_append_printf (json, ",%s", members);
    }
  g_string_append_c (json, '}');
  mcp_http_reply_string (request, 200, json);
}
