/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * POST /servers/{name}/{action}: what the owner can do to a server. Each action is a row in the
 * table of routes.
 */
#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-servers.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/* How long a server may take that is tested: at most, and where nobody says. */
#define MAX_TEST_SECONDS 3600
#define TEST_SECONDS     30

/* @error: (nullable): why nothing was done; a server that is in no state for the action is a
 * conflict, not a bad request. */
static void
reply (McpHttpRequest *request, const GError *error)
{
  if (error == NULL)
    mcp_http_reply_empty (request, 204);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS))
    mcp_http_reply_error (request, 409, error->message);
  else
    mcp_http_reply_gerror (request, error);
}

/**
 * mcp_route_server_actions_restart:
 * @request: POST /servers/{name}/restart
 *
 * Ends the processes of a server; it starts again at once where it is wanted, else at its next use.
 */
void
mcp_route_server_actions_restart (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;

  mcp_gateway_servers_restart (request->context->gateway, request->parameter, &error);
  reply (request, error);
}

/**
 * mcp_route_server_actions_refresh:
 * @request: POST /servers/{name}/refresh
 *
 * Asks a server for its lists again.
 */
void
mcp_route_server_actions_refresh (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;

  mcp_gateway_servers_refresh (request->context->gateway, request->parameter, &error);
  reply (request, error);
}

/* A test */

static void
tried_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = mcp_gateway_trial_run_finish (MCP_GATEWAY (source), result, &error);

  if (json != NULL)
    mcp_http_reply_string (request, 200, g_string_new (json));
  else
    reply (request, error);
}

static gboolean
set_timeout (McpJsonSlice value, gpointer target, GError **error)
{
  gint64 seconds;

  if (mcp_json_get_type (value) != MCP_JSON_NUMBER || !mcp_json_get_int64 (value, &seconds) ||
      seconds < 1 || seconds > MAX_TEST_SECONDS)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "“timeout_seconds” must be a whole number from 1 to %d", MAX_TEST_SECONDS);
      return FALSE;
    }
  *(guint *) target = (guint) seconds;
  return TRUE;
}

static const McpHttpMember test_members[] = { { "timeout_seconds", set_timeout } };

/**
 * mcp_route_server_actions_test:
 * @request: POST /servers/{name}/test, with {"timeout_seconds"} or nothing
 *
 * Makes a new connection to a server over HTTP, with the login that the daemon has, and says what
 * the server has.
 */
void
mcp_route_server_actions_test (McpHttpRequest *request)
{
  guint seconds = TEST_SECONDS;

  if (mcp_http_body_read_members (request, test_members, G_N_ELEMENTS (test_members), &seconds))
    mcp_gateway_trial_run_async (request->context->gateway, request->parameter, seconds * 1000,
                                 tried_cb, mcp_http_request_ref (request));
}

static void
switched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;

  if (request->context->daemon->set_server_disabled_finish (result, &error))
    mcp_http_reply_empty (request, 204);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    mcp_http_reply_gerror (request, error);
  else
    mcp_http_reply_error (request, 409, error->message);
}

static void
switch_server (McpHttpRequest *request, gboolean disabled)
{
  const McpHttpContext *context = request->context;

  if (context->daemon != NULL)
    context->daemon->set_server_disabled_async (request->parameter, disabled, switched_cb,
                                                mcp_http_request_ref (request),
                                                context->daemon_data);
  else
    mcp_http_reply_error (request, 409, "There is no file of servers that could be changed");
}

/**
 * mcp_route_server_actions_enable:
 * @request: POST /servers/{name}/enable
 *
 * Switches a server on in mcp.json. The change is in force when the request is answered.
 */
void
mcp_route_server_actions_enable (McpHttpRequest *request)
{
  switch_server (request, FALSE);
}

/**
 * mcp_route_server_actions_disable:
 * @request: POST /servers/{name}/disable
 *
 * Switches a server off in mcp.json; as mcp_route_server_actions_enable().
 */
void
mcp_route_server_actions_disable (McpHttpRequest *request)
{
  switch_server (request, TRUE);
}
