/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-json.h"
#include "common/mcp-time.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "protocol/mcp-revision.h"

#include "config.h"

#include <unistd.h>

static void
append_revisions (GString *json)
{
  const char *const *revisions = mcp_revision_list ();

  for (gsize i = 0; revisions[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, revisions[i]);
    }
}

/**
 * mcp_route_health_get:
 * @request: GET /health
 *
 * Says that the daemon is there, and which one it is.
 */
void
mcp_route_health_get (McpHttpRequest *request)
{
  McpHttpContext *context = request->context;
  g_autofree char *started_at = mcp_time_format (context->started_real_us);
  GString *json = g_string_new ("{\"status\":\"ok\"");

  g_string_append_printf (json, ",\"pid\":%d,\"uptime_seconds\":%" G_GINT64_FORMAT, (int) getpid (),
                          (g_get_monotonic_time () - context->started_us) / G_TIME_SPAN_SECOND);
  g_string_append (json, ",\"started_at\":");
  mcp_json_append_string (json, started_at);
  g_string_append (json, ",\"version\":");
  mcp_json_append_string (json, MCP_VERSION);
  g_string_append (json, ",\"protocol_version\":");
  mcp_json_append_string (json, mcp_revision_to_string (MCP_REVISION_NEWEST));
  g_string_append (json, ",\"protocol_versions\":[");
  append_revisions (json);
  g_string_append (json, "]}");

  mcp_http_reply_string (request, 200, json);
}
