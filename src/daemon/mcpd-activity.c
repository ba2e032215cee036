/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-activity.h"

#include "gateway/api/mcp-gateway-calls.h"

struct _McpdActivity
{
  McpGateway *gateway; /* (owned) */
  McpHttpServer *http; /* (owned) */
  guint64 n_accepted;  /* connections, when it was looked last */
};

/**
 * mcpd_activity_new:
 * @gateway: the gateway
 * @http: the HTTP server
 *
 * Returns: (transfer full): an activity
 */
McpdActivity *
mcpd_activity_new (McpGateway *gateway, McpHttpServer *http)
{
  McpdActivity *self = g_new0 (McpdActivity, 1);

  self->gateway = g_object_ref (gateway);
  self->http = g_object_ref (http);
  return self;
}

/**
 * mcpd_activity_free:
 * @self: (transfer full): an activity
 */
void
mcpd_activity_free (McpdActivity *self)
{
  g_object_unref (self->gateway);
  g_object_unref (self->http);
  g_free (self);
}

/* An app that has registered is there as long as the daemon is. */
static gboolean
is_needed (GVariant *server)
{
  guint32 n_processes = 0;
  const char *origin = "";

  g_variant_lookup (server, "processes", "u", &n_processes);
  g_variant_lookup (server, "origin", "&s", &origin);
  return n_processes > 0 || g_str_equal (origin, "registered");
}

static gboolean
has_server_running (McpdActivity *self)
{
  g_autoptr (GVariant) servers =
      g_variant_ref_sink (mcp_gateway_describe_providers (self->gateway));
  GVariantIter iter;
  GVariant *server;
  gboolean is_running = FALSE;

  g_variant_iter_init (&iter, servers);
  while ((server = g_variant_iter_next_value (&iter)) != NULL)
    {
      is_running = is_running || is_needed (server);
      g_variant_unref (server);
    }
  return is_running;
}

static gboolean
has_newcomers (McpdActivity *self)
{
  guint64 before = self->n_accepted;

  self->n_accepted = mcp_http_server_get_n_accepted (self->http);
  return self->n_accepted != before;
}

/**
 * mcpd_activity_look:
 * @self: an activity
 *
 * Returns: whether there are connections, calls, questions or running servers, or were connections
 *   since it was looked last
 */
gboolean
mcpd_activity_look (McpdActivity *self)
{
  gboolean had_newcomers = has_newcomers (self);

  return had_newcomers || mcp_http_server_get_n_connections (self->http) > 0 ||
         mcp_gateway_calls_count (self->gateway) > 0 || has_server_running (self);
}
