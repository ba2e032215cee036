/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Logins to servers: their beginning and end for the owner, and /oauth/callback, where a browser
 * comes back.
 */
#include "common/mcp-error.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"

#include <string.h>

/* @error: why nothing was done; a server that takes no login is a conflict, not a bad request, and
 * what another server did is not the asker's fault. */
static void
reply_error (McpHttpRequest *request, const GError *error)
{
  if (g_error_matches (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS))
    mcp_http_reply_error (request, 409, error->message);
  else
    mcp_http_reply_gerror (request, error);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *user_code = NULL;
  guint seconds_left;
  gboolean is_opened;
  g_autofree char *address = mcp_gateway_login_finish (MCP_GATEWAY (source), result, &seconds_left,
                                                       &user_code, &is_opened, &error);
  GString *json;

  if (address == NULL)
    {
      reply_error (request, error);
      return;
    }
  json = g_string_new ("{\"authorization_url\":");
  mcp_json_append_string (json, address);
  g_string_append_printf (json, ",\"expires_in\":%u,\"opened\":%s", seconds_left,
                          is_opened ? "true" : "false");
  if (user_code != NULL)
    {
      g_string_append (json, ",\"user_code\":");
      mcp_json_append_string (json, user_code);
    }
  g_string_append_c (json, '}');
  mcp_http_reply_string (request, 200, json);
}

static gboolean
set_way (McpJsonSlice value, McpLoginWay way, McpLoginWay *target, const char *key, GError **error)
{
  if (mcp_json_get_type (value) == MCP_JSON_BOOLEAN)
    {
      if (mcp_json_get_boolean (value))
        *target = way;
      return TRUE;
    }
  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“%s” must be true or false", key);
  return FALSE;
}

static gboolean
set_browser (McpJsonSlice value, gpointer target, GError **error)
{
  return set_way (value, MCP_LOGIN_WAY_BROWSER, target, "browser", error);
}

static gboolean
set_device (McpJsonSlice value, gpointer target, GError **error)
{
  return set_way (value, MCP_LOGIN_WAY_DEVICE, target, "device", error);
}

static const McpHttpMember begin_members[] = { { "browser", set_browser },
                                               { "device", set_device } };

/**
 * mcp_route_logins_begin:
 * @request: POST /servers/{name}/login, with {"browser"}, {"device"} or nothing
 *
 * Begins a login to a server, and opens a browser where that is asked for.
 */
void
mcp_route_logins_begin (McpHttpRequest *request)
{
  McpLoginWay way = MCP_LOGIN_WAY_ADDRESS;

  if (mcp_http_body_read_members (request, begin_members, G_N_ELEMENTS (begin_members), &way))
    mcp_gateway_login_async (request->context->gateway, request->parameter, way, begun_cb,
                             mcp_http_request_ref (request));
}

static void
completed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = mcp_gateway_complete_login_finish (MCP_GATEWAY (source), result, &error);

  if (name != NULL)
    mcp_http_reply_empty (request, 204);
  else
    reply_error (request, error);
}

static gboolean
set_address (McpJsonSlice value, gpointer target, GError **error)
{
  return mcp_http_body_read_string (value, "redirect_url", target, error);
}

static const McpHttpMember complete_members[] = { { "redirect_url", set_address } };

/**
 * mcp_route_logins_complete:
 * @request: POST /servers/{name}/complete, with {"redirect_url"}
 *
 * Ends a login with the address that a person has copied from a browser.
 */
void
mcp_route_logins_complete (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  McpJsonSlice root;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return;
  if (!mcp_http_body_read_object (root, complete_members, G_N_ELEMENTS (complete_members), &address,
                                  &error))
    mcp_http_reply_gerror (request, error);
  else if (address == NULL)
    mcp_http_reply_error (request, 400, "“redirect_url” is missing");
  else
    mcp_gateway_complete_login_async (request->context->gateway, request->parameter, address,
                                      completed_cb, mcp_http_request_ref (request));
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;

  if (mcp_gateway_logout_finish (MCP_GATEWAY (source), result, &error))
    mcp_http_reply_empty (request, 204);
  else
    reply_error (request, error);
}

/**
 * mcp_route_logins_end:
 * @request: POST /servers/{name}/logout
 *
 * Forgets the login to a server.
 */
void
mcp_route_logins_end (McpHttpRequest *request)
{
  mcp_gateway_logout_async (request->context->gateway, request->parameter, ended_cb,
                            mcp_http_request_ref (request));
}

/* The page has no script, shows nothing of others, and tells nobody where it was. */
static void
reply_page (McpHttpRequest *request, guint status, const char *title, const char *text)
{
  g_autofree char *escaped_title = g_markup_escape_text (title, -1);
  g_autofree char *escaped_text = g_markup_escape_text (text, -1);
  GString *page = g_string_new ("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");

  g_string_append_printf (page, "<title>%s</title><h1>%s</h1><p>%s</p></html>\n", escaped_title,
                          escaped_title, escaped_text);
  mcp_http_request_set_reply_header (request, "Content-Security-Policy",
                                     "default-src 'none'; frame-ancestors 'none'");
  mcp_http_request_set_reply_header (request, "Referrer-Policy", "no-referrer");
  mcp_http_request_set_reply_header (request, "X-Content-Type-Options", "nosniff");
  mcp_http_request_set_reply_header (request, "Cache-Control", "no-store");
  mcp_http_reply_text (request, status, "text/html; charset=utf-8", page);
}

static void
returned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = mcp_gateway_complete_login_finish (MCP_GATEWAY (source), result, &error);
  g_autofree char *title = NULL;

  if (name == NULL)
    {
      reply_page (request, g_error_matches (error, MCP_ERROR, MCP_ERROR_NOT_FOUND) ? 404 : 400,
                  "The login failed", error->message);
      return;
    }
  title = g_strdup_printf ("Logged in to %s", name);
  reply_page (request, 200, title, "You can close this page.");
}

/* What a page can have a browser fetch unseen must not end a login: pictures, frames, scripts, and
 * what is fetched before anybody wants to see it. */
static gboolean
is_navigation (McpHttpRequest *request)
{
  const char *mode = mcp_http_request_get_header (request, "Sec-Fetch-Mode");
  const char *destination = mcp_http_request_get_header (request, "Sec-Fetch-Dest");

  return (mode == NULL || strcmp (mode, "navigate") == 0) &&
         (destination == NULL || strcmp (destination, "document") == 0) &&
         mcp_http_request_get_header (request, "Sec-Purpose") == NULL &&
         mcp_http_request_get_header (request, "Purpose") == NULL;
}

/**
 * mcp_route_logins_callback:
 * @request: GET /oauth/callback
 *
 * A browser is back from a login.
 */
void
mcp_route_logins_callback (McpHttpRequest *request)
{
  if (!is_navigation (request))
    reply_page (request, 403, "The login failed", "Only a browser that a person uses can end it.");
  else
    mcp_gateway_complete_login_async (request->context->gateway, NULL,
                                      request->query != NULL ? request->query : "", returned_cb,
                                      mcp_http_request_ref (request));
}
