/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From a path and a method to a handler, and who may call it. The path is compared as it was sent,
 * and whole.
 */
#include "http/server/mcp-http-router.h"

#include "common/mcp-names.h"
#include "http/api/mcp-api-routes.h"
#include "http/mcp/mcp-client-routes.h"
#include "http/page/mcp-page-routes.h"
#include "http/request/mcp-body-reader.h"
#include "http/request/mcp-body-scan.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

#include <string.h>

/* Each stands for one segment of a path: an id, compared as it was sent, and a name, which may be
 * percent-encoded. */
#define ID   "{id}"
#define NAME "{name}"

typedef enum
{
  ACCESS_ANYONE,        /* everybody whom the connection layer lets in */
  ACCESS_OWNER_PROCESS, /* likewise, but with the key over TCP where that is required */
  ACCESS_OWNER,
  ACCESS_SESSION, /* the session in the path, or the owner */
  ACCESS_MCP,     /* the route decides; a credential that is stated must be right */
} Access;

typedef enum
{
  ROUTE_DEFAULT = 0,
  ROUTE_ENDLESS = 1 << 0, /* answers GET with a stream, or is good for once: has no HEAD */
  ROUTE_DIRECT = 1 << 1,  /* is answered on the connection itself, without libsoup */
  ROUTE_PROCESS = 1 << 2, /* which process asks decides */
  ROUTE_OBJECT = 1 << 3,  /* reads its body at once, as an object */
} RouteFlags;

static const struct
{
  const char *method;
  const char *pattern;
  Access access;
  RouteFlags flags;
  McpHttpHandler handler;
} routes[] = {
  { "GET", "/", ACCESS_ANYONE, ROUTE_DEFAULT, mcp_route_page_get },
  { "GET", "/page/" NAME, ACCESS_ANYONE, ROUTE_DEFAULT, mcp_route_page_get },
  { "POST", "/dashboard/code", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_dashboard_code },
  { "POST", "/dashboard/key", ACCESS_ANYONE, ROUTE_OBJECT, mcp_route_dashboard_key },
  { "GET", "/health", ACCESS_ANYONE, ROUTE_DIRECT, mcp_route_health_get },
  { "GET", "/metrics", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_metrics },
  { "POST", "/session", ACCESS_OWNER_PROCESS, ROUTE_DIRECT | ROUTE_OBJECT,
    mcp_route_session_create },
  { "GET", "/session", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_session_list },
  { "GET", "/session/" ID, ACCESS_SESSION, ROUTE_DEFAULT, mcp_route_session_get },
  { "DELETE", "/session/" ID, ACCESS_SESSION, ROUTE_DEFAULT, mcp_route_session_delete },
  { "PATCH", "/session/" ID, ACCESS_OWNER, ROUTE_OBJECT, mcp_route_session_change },
  { "POST", "/session/" ID "/token", ACCESS_SESSION, ROUTE_DEFAULT,
    mcp_route_session_rotate_token },
  { "GET", "/session/" ID "/events", ACCESS_SESSION, ROUTE_ENDLESS, mcp_route_events_get_session },
  { "POST", "/session/" ID "/progress", ACCESS_SESSION, ROUTE_DIRECT, mcp_route_progress_post },
  { "GET", "/session/" ID "/calls", ACCESS_SESSION, ROUTE_DEFAULT, mcp_route_calls_get },
  { "GET", "/events", ACCESS_OWNER, ROUTE_ENDLESS, mcp_route_events_get_all },
  { "GET", "/calls", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_calls_get },
  { "GET", "/calls/" ID, ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_calls_get_one },
  { "DELETE", "/calls/" ID, ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_calls_cancel },
  { "PUT", "/stop", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_stop_put },
  { "DELETE", "/stop", ACCESS_OWNER, ROUTE_PROCESS, mcp_route_stop_delete },
  { "GET", "/servers", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_servers_get },
  { "GET", "/servers/" NAME, ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_servers_get },
  { "GET", "/servers/" NAME "/log", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_servers_get_log },
  { "GET", "/servers/" NAME "/held", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_servers_get_held },
  { "POST", "/servers/" NAME "/held", ACCESS_OWNER, ROUTE_PROCESS | ROUTE_OBJECT,
    mcp_route_servers_accept_held },
  { "GET", "/settings", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_settings_get },
  { "POST", "/servers/" NAME "/enable", ACCESS_OWNER, ROUTE_DEFAULT,
    mcp_route_server_actions_enable },
  { "POST", "/servers/" NAME "/disable", ACCESS_OWNER, ROUTE_DEFAULT,
    mcp_route_server_actions_disable },
  { "POST", "/servers/" NAME "/restart", ACCESS_OWNER, ROUTE_DEFAULT,
    mcp_route_server_actions_restart },
  { "POST", "/servers/" NAME "/refresh", ACCESS_OWNER, ROUTE_DEFAULT,
    mcp_route_server_actions_refresh },
  { "POST", "/servers/" NAME "/test", ACCESS_OWNER, ROUTE_OBJECT, mcp_route_server_actions_test },
  { "GET", "/consent", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_consent_get },
  { "POST", "/consent/" ID, ACCESS_OWNER, ROUTE_PROCESS | ROUTE_OBJECT, mcp_route_consent_post },
  { "POST", "/servers/" NAME "/login", ACCESS_OWNER, ROUTE_OBJECT, mcp_route_logins_begin },
  { "POST", "/servers/" NAME "/complete", ACCESS_OWNER, ROUTE_OBJECT, mcp_route_logins_complete },
  { "POST", "/servers/" NAME "/logout", ACCESS_OWNER, ROUTE_DEFAULT, mcp_route_logins_end },
  { "GET", MCP_CALLBACK_PATH, ACCESS_ANYONE, ROUTE_ENDLESS, mcp_route_logins_callback },
  { "GET", "/mcp", ACCESS_MCP, ROUTE_ENDLESS, mcp_route_mcp_get },
  { "POST", "/mcp", ACCESS_MCP, ROUTE_DIRECT, mcp_route_mcp_post },
  { "DELETE", "/mcp", ACCESS_MCP, ROUTE_DEFAULT, mcp_route_mcp_delete },
  { "GET", "/mcp/" NAME, ACCESS_MCP, ROUTE_ENDLESS, mcp_route_mcp_get },
  { "POST", "/mcp/" NAME, ACCESS_MCP, ROUTE_DIRECT, mcp_route_mcp_post },
  { "DELETE", "/mcp/" NAME, ACCESS_MCP, ROUTE_DEFAULT, mcp_route_mcp_delete },
  { "GET", "/sse", ACCESS_MCP, ROUTE_ENDLESS, mcp_route_sse_get },
  { "POST", "/messages", ACCESS_MCP, ROUTE_DEFAULT, mcp_route_sse_post },
};

/* Returns: (transfer full) (nullable): %NULL: the segment names nothing */
static char *
decode_name (const char *segment, gsize length)
{
  char *name = g_uri_unescape_segment (segment, segment + length, NULL);

  /* What is escaped may be anything. */
  if (name != NULL && !g_utf8_validate (name, -1, NULL))
    g_clear_pointer (&name, g_free);
  return name;
}

/* Clients that join addresses carelessly end them with a slash. */
static gboolean
is_end (const char *pattern, const char *rest, const char *end)
{
  return strcmp (rest, end) == 0 ||
         (g_str_has_prefix (pattern, "/mcp") && *end == '\0' && strcmp (rest, "/") == 0);
}

/* Most patterns begin otherwise than a path. */
static gboolean
begins_alike (const char *pattern, const char *path)
{
  return path[0] == '/' && path[1] == pattern[1];
}

/* @parameter: (out) (transfer full) (nullable): the variable segment */
static gboolean
match_path (const char *pattern, const char *path, char **parameter)
{
  const char *begin, *end;
  gsize n_before, n_segment;

  if (!begins_alike (pattern, path))
    return FALSE;
  begin = strchr (pattern, '{');
  if (begin == NULL)
    return g_str_has_prefix (path, pattern) && is_end (pattern, path + strlen (pattern), "");

  end = strchr (begin, '}') + 1;
  n_before = (gsize) (begin - pattern);
  if (strncmp (pattern, path, n_before) != 0)
    return FALSE;

  n_segment = strcspn (path + n_before, "/");
  if (n_segment == 0 || !is_end (pattern, path + n_before + n_segment, end))
    return FALSE;

  *parameter = g_str_has_prefix (begin, NAME) ? decode_name (path + n_before, n_segment)
                                              : g_strndup (path + n_before, n_segment);
  return *parameter != NULL;
}

static gboolean
match_method (gsize route, const char *method)
{
  if (strcmp (routes[route].method, method) == 0)
    return TRUE;

  /* RFC 9110 section 9.3.2: HEAD is GET without the body, which libsoup leaves out. */
  return strcmp (method, "HEAD") == 0 && strcmp (routes[route].method, "GET") == 0 &&
         !(routes[route].flags & ROUTE_ENDLESS);
}

/* RFC 9110 section 10.2.1 */
static void
reply_method_not_allowed (McpHttpRequest *request)
{
  g_autoptr (GString) allow = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *parameter = NULL;

      if (!match_path (routes[i].pattern, request->path, &parameter))
        continue;
      if (allow->len > 0)
        g_string_append (allow, ", ");
      g_string_append (allow, routes[i].method);
      if (match_method (i, "HEAD"))
        g_string_append (allow, ", HEAD");
    }

  mcp_http_reply_not_allowed (request, allow->str, "This route does not take this method");
}

static gboolean
may_use_session (McpHttpRequest *request, const char *session_id)
{
  if (request->credential == MCP_HTTP_CREDENTIAL_OWNER)
    return TRUE;

  return request->credential == MCP_HTTP_CREDENTIAL_SESSION &&
         strcmp (mcp_session_get_id (request->session), session_id) == 0;
}

static gboolean
is_allowed (McpHttpRequest *request, Access access, const char *session_id)
{
  gboolean key_required = mcp_http_auth_key_required (request->context->auth, request);

  if (request->credential == MCP_HTTP_CREDENTIAL_WRONG)
    return FALSE;

  switch (access)
    {
    case ACCESS_ANYONE:
      return TRUE;
    case ACCESS_OWNER_PROCESS:
      return !key_required || request->credential == MCP_HTTP_CREDENTIAL_OWNER;
    case ACCESS_OWNER:
      return request->credential == MCP_HTTP_CREDENTIAL_OWNER;
    case ACCESS_SESSION:
      return may_use_session (request, session_id);
    case ACCESS_MCP:
      return !key_required || request->credential != MCP_HTTP_CREDENTIAL_NONE;
    }

  return FALSE;
}

/* Who comes with a token uses the session, and may be what the session lasts for. */
static gboolean
is_noted (McpHttpRequest *request)
{
  return request->credential == MCP_HTTP_CREDENTIAL_SESSION &&
         mcp_session_ends_with_processes (request->session);
}

/* An MCP client without a token has, or gets, the session of its process. */
static gboolean
needs_process (McpHttpRequest *request, gsize route)
{
  return (routes[route].flags & ROUTE_PROCESS) != 0 || is_noted (request) ||
         (routes[route].access == ACCESS_MCP && request->credential != MCP_HTTP_CREDENTIAL_SESSION);
}

static void
note_process (McpHttpRequest *request, gsize route)
{
  if (is_noted (request))
    mcp_session_note_process (request->session, mcp_http_process_get_pid (request),
                              (routes[route].flags & ROUTE_ENDLESS) != 0);
}

static gboolean
needs_scan (McpHttpRequest *request, gsize route)
{
  return (routes[route].flags & ROUTE_OBJECT) != 0 && request->scan == NULL &&
         mcp_body_reader_takes_thread (request->body);
}

static void
take_scan (McpHttpRequest *request, gpointer content)
{
  request->scan = mcp_body_scan_steal (content);
  mcp_http_router_handle (request);
}

static const McpBodyFuncs scan_funcs = {
  .read = mcp_body_scan_new,
  .take = take_scan,
  .free = mcp_body_scan_free,
};

static void
call_route (McpHttpRequest *request, gsize route)
{
  const char *session_id = request->parameter;
  Access access = routes[route].access;
  McpSession *session = NULL;

  if (access != ACCESS_ANYONE)
    request->credential = mcp_http_auth_identify (request->context->auth, request, &session);
  g_set_object (&request->session, session);
  if (!is_allowed (request, access, session_id))
    {
      mcp_http_auth_refuse (request->context->auth, request, routes[route].pattern);
      return;
    }

  if (access == ACCESS_SESSION)
    {
      g_set_object (&request->session,
                    mcp_session_store_lookup (request->context->store, session_id));
      if (request->session == NULL)
        {
          /* Only the owner comes this far, and the owner may know. */
          mcp_http_reply_error (request, 404, "There is no such session");
          return;
        }
      if (request->credential == MCP_HTTP_CREDENTIAL_SESSION)
        mcp_session_touch (request->session);
    }

  /* Whoever was let in may have lost the right when the process is found or the
   * body read, so all is asked again. */
  if (needs_process (request, route) && !mcp_http_process_is_known (request))
    {
      mcp_http_process_await (request, mcp_http_router_handle);
      return;
    }
  if (needs_scan (request, route))
    {
      mcp_body_reader_read (request->context->bodies, request, &scan_funcs);
      return;
    }
  note_process (request, route);
  routes[route].handler (request);
}

/* Where a key is required, clients without one do not learn which methods a route takes. */
static gboolean
may_know_methods (McpHttpRequest *request)
{
  McpSession *session;

  if (!mcp_http_auth_key_required (request->context->auth, request))
    return TRUE;

  switch (mcp_http_auth_identify (request->context->auth, request, &session))
    {
    case MCP_HTTP_CREDENTIAL_OWNER:
    case MCP_HTTP_CREDENTIAL_SESSION:
      return TRUE;
    case MCP_HTTP_CREDENTIAL_NONE:
    case MCP_HTTP_CREDENTIAL_WRONG:
      break;
    }

  return FALSE;
}

/* Looks once for each request. Returns: whether there is a route, which is set in the request */
static gboolean
find_route (McpHttpRequest *request)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes) && request->route == 0; i++)
    if (begins_alike (routes[i].pattern, request->path) && match_method (i, request->method) &&
        match_path (routes[i].pattern, request->path, &request->parameter))
      request->route = (guint) i + 1;

  return request->route != 0;
}

static gboolean
is_known_path (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      g_autofree char *parameter = NULL;

      if (match_path (routes[i].pattern, path, &parameter))
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_http_router_is_direct:
 * @request: a request
 *
 * Returns: whether the route of the request is answered on the connection itself
 */
gboolean
mcp_http_router_is_direct (McpHttpRequest *request)
{
  return find_route (request) && (routes[request->route - 1].flags & ROUTE_DIRECT) &&
         strcmp (routes[request->route - 1].method, request->method) == 0;
}

/**
 * mcp_http_router_handle:
 * @request: a request
 *
 * Answers a request, now or later.
 */
void
mcp_http_router_handle (McpHttpRequest *request)
{
  /* Clients take a 401 for an invitation to sign in, so an unknown path never gets one. */
  if (find_route (request))
    call_route (request, request->route - 1);
  else if (!is_known_path (request->path))
    mcp_http_reply_error (request, 404, "There is no such route");
  else if (!may_know_methods (request))
    mcp_http_auth_refuse (request->context->auth, request, "(no route)");
  else
    reply_method_not_allowed (request);
}
