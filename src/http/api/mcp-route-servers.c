/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /servers: the upstream servers for their owner, what they say on standard error, and the tools
 * that a pinned server holds back.
 */
#include "common/mcp-error.h"
#include "gateway/api/mcp-gateway-servers.h"
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-query.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/* Of a server's log. */
#define DEFAULT_LINES 100
#define MAX_LINES     100000

/* What the gateway says, and how the answer calls it. */
typedef struct
{
  const char *key;
  const char *member;
} Member;

static const Member members[] = {
  { "name", "name" },
  { "type", "type" },
  { "state", "state" },
  { "scope", "scope" },
  { "protocol-version", "protocol_version" },
  { "tools", "tools" },
  { "processes", "processes" },
  { "restarts", "restarts" },
  { "memory", "memory_bytes" },
  { "cpu-seconds", "cpu_seconds" },
  { "last-error", "last_error" },
  { "auth", "auth" },
  { "entry", "entry" },
  { "why", "why" },
  { "notes", "notes" },
  { "origin", "origin" },
  { "bus-name", "bus_name" },
  { "object-path", "object_path" },
  { "pid", "pid" },
  { "uid", "uid" },
  { "exe", "exe" },
  { "sandbox", "sandbox" },
};

/* What the gateway says of a login, and how the answer calls it. */
static const Member login_members[] = {
  { "state", "state" },           { "issuer", "issuer" }, { "scopes", "scopes" },
  { "expires-at", "expires_at" }, { "why", "why" },
};

static void
append_dictionary (GString *json, GVariant *dictionary, const Member *known, gsize n_known);

static void
append_strings (GString *json, GVariant *strings)
{
  g_autofree const char **texts = g_variant_get_strv (strings, NULL);

  g_string_append_c (json, '[');
  for (gsize i = 0; texts[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      mcp_json_append_string (json, texts[i]);
    }
  g_string_append_c (json, ']');
}

static void
append_value (GString *json, GVariant *value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    append_dictionary (json, value, login_members, G_N_ELEMENTS (login_members));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    append_strings (json, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    mcp_json_append_string (json, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    g_string_append_printf (json, "%u", g_variant_get_uint32 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    g_string_append_printf (json, "%" G_GUINT64_FORMAT, g_variant_get_uint64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    g_string_append (json, g_ascii_dtostr (number, sizeof number, g_variant_get_double (value)));
  else
    g_string_append (json, "null");
}

static void
append_dictionary (GString *json, GVariant *dictionary, const Member *known, gsize n_known)
{
  gboolean is_first = TRUE;

  g_string_append_c (json, '{');
  for (gsize i = 0; i < n_known; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, known[i].key, NULL);

      if (value == NULL)
        continue;
      g_string_append_printf (json, "%s\"%s\":", is_first ? "" : ",", known[i].member);
      append_value (json, value);
      is_first = FALSE;
    }
  g_string_append_c (json, '}');
}

static void
append_server (GString *json, GVariant *server)
{
  append_dictionary (json, server, members, G_N_ELEMENTS (members));
}

static void
reply_all (McpHttpRequest *request, GVariant *servers)
{
  GString *json = g_string_new ("{\"servers\":[");

  for (gsize i = 0; i < g_variant_n_children (servers); i++)
    {
      g_autoptr (GVariant) server = g_variant_get_child_value (servers, i);

      if (i > 0)
        g_string_append_c (json, ',');
      append_server (json, server);
    }
  g_string_append (json, "]}");
  mcp_http_reply_string (request, 200, json);
}

static void
reply_one (McpHttpRequest *request, GVariant *servers)
{
  for (gsize i = 0; i < g_variant_n_children (servers); i++)
    {
      g_autoptr (GVariant) server = g_variant_get_child_value (servers, i);
      const char *name = NULL;

      if (g_variant_lookup (server, "name", "&s", &name) && g_str_equal (name, request->parameter))
        {
          GString *json = g_string_new (NULL);

          append_server (json, server);
          mcp_http_reply_string (request, 200, json);
          return;
        }
    }
  mcp_http_reply_error (request, 404, "There is no such server");
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpHttpRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) servers =
      mcp_gateway_measure_providers_finish (MCP_GATEWAY (source), result, &error);

  if (servers == NULL)
    mcp_http_reply_gerror (request, error);
  else if (request->parameter != NULL)
    reply_one (request, servers);
  else
    reply_all (request, servers);
}

/**
 * mcp_route_servers_get:
 * @request: GET /servers, or GET /servers/{name}
 *
 * Shows all configured servers, or one.
 */
void
mcp_route_servers_get (McpHttpRequest *request)
{
  mcp_gateway_measure_providers_async (request->context->gateway, measured_cb,
                                       mcp_http_request_ref (request));
}

static gboolean
set_lines (const char *key, const char *value, gpointer target, GError **error)
{
  guint64 n_lines;

  if (!g_str_equal (key, "lines") ||
      !g_ascii_string_to_unsigned (value, 10, 1, MAX_LINES, &n_lines, NULL))
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                   "The query may have “lines”, a whole number from 1 to %d", MAX_LINES);
      return FALSE;
    }
  *(guint *) target = (guint) n_lines;
  return TRUE;
}

/**
 * mcp_route_servers_get_log:
 * @request: GET /servers/{name}/log
 *
 * Shows what a server wrote to standard error last.
 */
void
mcp_route_servers_get_log (McpHttpRequest *request)
{
  guint n_lines = DEFAULT_LINES;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;

  if (mcp_http_query_read (request->query, set_lines, &n_lines, &error))
    json = mcp_gateway_servers_build_log (request->context->gateway, request->parameter, n_lines,
                                          &error);
  if (json != NULL)
    mcp_http_reply_string (request, 200, g_string_new (json));
  else
    mcp_http_reply_gerror (request, error);
}

/**
 * mcp_route_servers_get_held:
 * @request: GET /servers/{name}/held
 *
 * Shows the tools that a pinned server holds back.
 */
void
mcp_route_servers_get_held (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *held =
      mcp_gateway_build_held_tools (request->context->gateway, request->parameter, &error);
  GString *json;

  if (held == NULL)
    {
      mcp_http_reply_gerror (request, error);
      return;
    }

  json = g_string_new ("{\"held\":");
  g_string_append (json, held);
  g_string_append_c (json, '}');
  mcp_http_reply_string (request, 200, json);
}

static gboolean
set_held (McpJsonSlice value, gpointer target, GError **error)
{
  if (mcp_json_get_type (value) == MCP_JSON_ARRAY)
    {
      *(McpJsonSlice *) target = value;
      return TRUE;
    }

  g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "“held” must be an array");
  return FALSE;
}

static const McpHttpMember held_members[] = { { "held", set_held } };

/* Returns: (transfer full) (nullable): what the owner has seen; %NULL: the request was answered */
static char *
read_held (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice held = MCP_JSON_SLICE_NONE;
  McpJsonSlice root;

  if (!mcp_http_body_is_json (request) || !mcp_http_body_scan (request, &root))
    return NULL;

  if (!mcp_http_body_read_object (root, held_members, G_N_ELEMENTS (held_members), &held, &error))
    mcp_http_reply_gerror (request, error);
  else if (held.data == NULL)
    mcp_http_reply_error (request, 400, "“held” is missing");
  else
    return g_strndup (held.data, held.length);
  return NULL;
}

/**
 * mcp_route_servers_accept_held:
 * @request: POST /servers/{name}/held, with what GET answered
 *
 * Accepts the tools that a pinned server holds back, if they are still those that the owner has
 * seen.
 */
void
mcp_route_servers_accept_held (McpHttpRequest *request)
{
  McpGateway *gateway = request->context->gateway;
  g_autofree char *held = read_held (request);
  g_autoptr (GError) error = NULL;

  if (held == NULL || !mcp_http_process_is_owner (request))
    return;

  if (mcp_gateway_accept_tools (gateway, request->parameter, held, &error))
    mcp_http_reply_empty (request, 204);
  else if (g_error_matches (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS))
    mcp_http_reply_error (request, 409, error->message);
  else
    mcp_http_reply_gerror (request, error);
}
