/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the owner can do to the servers.
 */
#include "gateway/api/mcp-gateway-servers.h"

#include "common/mcp-error.h"
#include "mcp-gateway-private.h"

static const McpServerLeftOut *
find_left_out (McpGateway *self, const char *name)
{
  GPtrArray *left_out = mcp_gateway_get_left_out (self);

  for (guint i = 0; left_out != NULL && i < left_out->len; i++)
    {
      const McpServerLeftOut *entry = g_ptr_array_index (left_out, i);

      if (g_str_equal (entry->name, name))
        return entry;
    }
  return NULL;
}

static void
set_unknown (const char *name, GError **error)
{
  g_set_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "There is no server “%s”", name);
}

/**
 * mcp_gateway_servers_check_usable:
 * @self: the gateway
 * @name: name of a server
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS where the server is disabled, or its
 * entry cannot be used.
 *
 * Returns: whether something can be done to the server
 */
gboolean
mcp_gateway_servers_check_usable (McpGateway *self, const char *name, GError **error)
{
  const McpServerConfig *config = mcp_gateway_find_config (self, name);
  const McpServerLeftOut *left_out = config == NULL ? find_left_out (self, name) : NULL;

  if (config != NULL && !config->disabled)
    return TRUE;

  if (config != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS,
                 "The server “%s” is disabled; enable it first", name);
  else if (left_out != NULL)
    g_set_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS, "The entry “%s” cannot be used: %s",
                 name, left_out->why);
  else
    set_unknown (name, error);
  return FALSE;
}

/**
 * mcp_gateway_servers_refresh:
 * @self: the gateway
 * @name: name of a server
 * @error: return location
 *
 * Asks a server for its lists again: now, if a session is there for which it can be started, else
 * as soon as a client wants a list.
 *
 * Errors: %MCP_ERROR_NOT_FOUND; %MCP_ERROR_INVALID_ARGUMENTS where the server is disabled, or its
 * entry cannot be used.
 *
 * Returns: whether the server is asked
 */
gboolean
mcp_gateway_servers_refresh (McpGateway *self, const char *name, GError **error)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  return mcp_gateway_servers_check_usable (self, name, error) &&
         mcp_catalogue_renew (mcp_gateway_get_services (self)->catalogue, name);
}

/**
 * mcp_gateway_servers_restart:
 * @self: the gateway
 * @name: name of a server
 * @error: return location
 *
 * Ends the processes of a server in all sessions; calls in flight fail. The server starts again as
 * for mcp_gateway_servers_refresh(), and for each session at its next use.
 *
 * Errors: as for mcp_gateway_servers_refresh().
 *
 * Returns: whether the processes end
 */
gboolean
mcp_gateway_servers_restart (McpGateway *self, const char *name, GError **error)
{
  McpServices *services;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (!mcp_gateway_servers_check_usable (self, name, error))
    return FALSE;
  services = mcp_gateway_get_services (self);
  mcp_provider_pool_restart (services->pool, name);
  return mcp_catalogue_renew (services->catalogue, name);
}

/**
 * mcp_gateway_servers_build_log:
 * @self: the gateway
 * @name: name of a server
 * @max_lines: so many of the newest
 * @error: return location
 *
 * Errors: %MCP_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): a JSON object: `lines`, an array of `{"time","text"}`, is
 * what the server's processes wrote to standard error, the newest last
 */
char *
mcp_gateway_servers_build_log (McpGateway *self, const char *name, guint max_lines, GError **error)
{
  g_autoptr (GString) json = g_string_new ("{\"lines\":");
  McpServerLog *log;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  if (mcp_gateway_find_config (self, name) == NULL && find_left_out (self, name) == NULL)
    {
      set_unknown (name, error);
      return NULL;
    }
  log = mcp_provider_pool_get_log (mcp_gateway_get_services (self)->pool, name);
  if (log != NULL)
    mcp_server_log_append_json (log, max_lines, json);
  else
    g_string_append (json, "[]");
  g_string_append_c (json, '}');
  return g_string_free (g_steal_pointer (&json), FALSE);
}
