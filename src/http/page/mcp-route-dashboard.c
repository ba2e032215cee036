/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /dashboard: a code for the page's address, and the owner key for the code.
 */
#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "http/page/mcp-dashboard-codes.h"
#include "http/page/mcp-page-routes.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"

/**
 * mcp_route_dashboard_code:
 * @request: POST /dashboard/code
 *
 * Gives the owner an address that opens the page.
 */
void
mcp_route_dashboard_code (McpHttpRequest *request)
{
  McpHttpContext *context = request->context;
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  GString *json;

  url = mcp_dashboard_codes_issue_address (context->codes, context->tcp_port,
                                           g_get_monotonic_time (), &error);
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND))
    mcp_http_reply_error (request, 503, error->message);
  else if (url == NULL)
    mcp_http_reply_gerror (request, error);
  if (url == NULL)
    return;

  json = g_string_new ("{\"url\":");
  mcp_json_append_string (json, url);
  g_string_append_printf (json, ",\"expires_in\":%d}", MCP_DASHBOARD_CODE_SECONDS);
  mcp_http_reply_string (request, 200, json);
}

static gboolean
set_code (McpJsonSlice value, gpointer target, GError **error)
{
  return mcp_http_body_read_string (value, "code", target, error);
}

static const McpHttpMember key_members[] = { { "code", set_code } };

/* Returns: (transfer full) (nullable): the code; %NULL: the request was answered */
static char *
read_code (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *code = NULL;
  McpJsonSlice root;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return NULL;

  if (!mcp_http_body_read_object (root, key_members, G_N_ELEMENTS (key_members), &code, &error))
    mcp_http_reply_gerror (request, error);
  else if (code == NULL)
    mcp_http_reply_error (request, 400, "“code” is missing");
  else
    return g_steal_pointer (&code);
  return NULL;
}

/**
 * mcp_route_dashboard_key:
 * @request: POST /dashboard/key, with {"code"}
 *
 * Gives the page the owner key for a code that is good once.
 */
void
mcp_route_dashboard_key (McpHttpRequest *request)
{
  McpHttpContext *context = request->context;
  g_autofree char *code = read_code (request);
  g_autoptr (GError) error = NULL;
  const char *owner_key;
  GString *json;

  if (code == NULL)
    return;

  owner_key = mcp_dashboard_codes_redeem (context->codes, code, g_get_monotonic_time (), &error);
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_AUTHENTICATION_FAILED))
    mcp_http_auth_refuse_saying (context->auth, request, "/dashboard/key", error->message);
  else if (owner_key == NULL)
    mcp_http_reply_gerror (request, error);
  else
    {
      json = g_string_new ("{\"owner_key\":");
      mcp_json_append_string (json, owner_key);
      g_string_append_c (json, '}');
      mcp_http_reply_string (request, 200, json);
    }
}
