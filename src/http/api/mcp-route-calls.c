/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /session/{id}/calls and /calls: the history of a session's calls, and of all sessions'; one call,
 * and its end.
 */
#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-calls.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-query.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "session/history/mcp-call-filter.h"

static gboolean
set_filter (const char *key, const char *value, gpointer target, GError **error)
{
  return mcp_call_filter_set (target, key, value, error);
}

static void
queried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json =
      mcp_call_history_query_finish (MCP_CALL_HISTORY (source), result, &error);

  if (json != NULL)
    {
      mcp_http_reply_json (request, 200, json);
      return;
    }
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    {
      mcp_http_reply_gerror (request, error);
      return;
    }
  g_message ("The history cannot be read: %s", error->message);
  mcp_http_reply_error (request, 503, "The history cannot be read; the daemon's log says why");
}

static void
reply_no_history (McpHttpRequest *request)
{
  mcp_http_reply_error (request, 503, "This daemon keeps no history");
}

/**
 * mcp_route_calls_get:
 * @request: GET /session/{id}/calls, or GET /calls
 *
 * Shows the calls of a session, or of all sessions.
 */
void
mcp_route_calls_get (McpHttpRequest *request)
{
  McpCallHistory *history = mcp_gateway_get_history (request->context->gateway);
  const char *session_id = request->session != NULL ? mcp_session_get_id (request->session) : NULL;
  g_autoptr (McpCallFilter) filter = mcp_call_filter_new ();
  g_autoptr (GError) error = NULL;

  if (!mcp_http_query_read (request->query, set_filter, filter, &error))
    mcp_http_reply_gerror (request, error);
  else if (history == NULL)
    reply_no_history (request);
  else
    mcp_call_history_query_async (history, session_id, filter, queried_cb,
                                  mcp_http_request_ref (request));
}

/**
 * mcp_route_calls_get_one:
 * @request: GET /calls/{id}
 *
 * Shows one call, of whatever session.
 */
void
mcp_route_calls_get_one (McpHttpRequest *request)
{
  McpCallHistory *history = mcp_gateway_get_history (request->context->gateway);

  if (history == NULL)
    reply_no_history (request);
  else
    mcp_call_history_find_async (history, request->parameter, queried_cb,
                                 mcp_http_request_ref (request));
}

/**
 * mcp_route_calls_cancel:
 * @request: DELETE /calls/{id}
 *
 * Cancels a call that runs.
 */
void
mcp_route_calls_cancel (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (mcp_gateway_calls_cancel (request->context->gateway, request->parameter, &error))
    mcp_http_reply_empty (request, 204);
  else
    mcp_http_reply_gerror (request, error);
}
