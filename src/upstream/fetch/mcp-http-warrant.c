/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/fetch/mcp-http-warrant.h"

G_DEFINE_INTERFACE (McpHttpWarrant, mcp_http_warrant, G_TYPE_OBJECT)

enum
{
  SIGNAL_GRANTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
mcp_http_warrant_default_init (McpHttpWarrantInterface *iface)
{
  signals[SIGNAL_GRANTED] = g_signal_new ("granted", MCP_TYPE_HTTP_WARRANT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/**
 * mcp_http_warrant_granted:
 * @self: a warrant
 *
 * For implementations: says that somebody has allowed what was refused before.
 */
void
mcp_http_warrant_granted (McpHttpWarrant *self)
{
  g_signal_emit (self, signals[SIGNAL_GRANTED], 0);
}

/**
 * mcp_http_warrant_get:
 * @self: a warrant
 * @callback: (scope async): when the field is there
 * @user_data: for @callback
 *
 * Finds the field Authorization for a request.
 */
void
mcp_http_warrant_get (McpHttpWarrant *self, GAsyncReadyCallback callback, gpointer user_data)
{
  MCP_HTTP_WARRANT_GET_IFACE (self)->get_async (self, callback, user_data);
}

/**
 * mcp_http_warrant_get_finish:
 * @self: a warrant
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_ERROR_AUTHENTICATION_FAILED, %MCP_ERROR_PROVIDER_FAILED, and
 * %MCP_SECRET_ERROR_LOCKED where another try costs nobody anything.
 *
 * Returns: (transfer full) (nullable): the field; %NULL without an error: the request needs none
 */
char *
mcp_http_warrant_get_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error)
{
  return MCP_HTTP_WARRANT_GET_IFACE (self)->get_finish (self, result, error);
}

/**
 * mcp_http_warrant_refused:
 * @self: a warrant
 * @refusal: what the server said; copied
 * @callback: (scope async): when it is known what to do
 * @user_data: for @callback
 *
 * Tells that a request was refused.
 */
void
mcp_http_warrant_refused (McpHttpWarrant *self,
                          const McpHttpRefusal *refusal,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  MCP_HTTP_WARRANT_GET_IFACE (self)->refused_async (self, refusal, callback, user_data);
}

/**
 * mcp_http_warrant_refused_finish:
 * @self: a warrant
 * @result: what the callback got
 * @error: return location
 *
 * Errors: as for mcp_http_warrant_get_finish().
 *
 * Returns: whether the request is to be sent again; %FALSE without an error: the answer stands
 */
gboolean
mcp_http_warrant_refused_finish (McpHttpWarrant *self, GAsyncResult *result, GError **error)
{
  return MCP_HTTP_WARRANT_GET_IFACE (self)->refused_finish (self, result, error);
}
