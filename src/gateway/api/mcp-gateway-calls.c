/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the owner can do to the tool calls of all sessions.
 */
#include "gateway/api/mcp-gateway-calls.h"

#include "common/mcp-error.h"
#include "mcp-gateway-private.h"

static McpRunningCalls *
get_running_calls (McpGateway *self)
{
  return mcp_gateway_get_services (self)->running_calls;
}

/**
 * mcp_gateway_calls_cancel:
 * @self: the gateway
 * @call_id: any text
 * @error: return location
 *
 * Cancels a tool call that runs: its server is asked to stop, its caller gets an error, and its
 * watchers hear that it was cancelled.
 *
 * Errors: %MCP_ERROR_NOT_FOUND where no call of that id runs.
 *
 * Returns: whether there was such a call
 */
gboolean
mcp_gateway_calls_cancel (McpGateway *self, const char *call_id, GError **error)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (call_id != NULL, FALSE);

  if (mcp_running_calls_cancel (get_running_calls (self), call_id))
    return TRUE;
  g_set_error_literal (error, MCP_ERROR, MCP_ERROR_NOT_FOUND, "No call of that id is running");
  return FALSE;
}

/**
 * mcp_gateway_calls_count:
 * @self: the gateway
 *
 * Returns: how many tool calls run, wait for their owner, or for their client to come back
 */
guint
mcp_gateway_calls_count (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), 0);

  return mcp_running_calls_get_n (get_running_calls (self)) +
         mcp_parking_get_n_parked (mcp_gateway_get_services (self)->parking);
}

/**
 * mcp_gateway_calls_stop:
 * @self: the gateway
 *
 * Cancels all tool calls, and refuses new ones until mcp_gateway_calls_release().
 */
void
mcp_gateway_calls_stop (McpGateway *self)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  mcp_running_calls_stop (get_running_calls (self));
}

/**
 * mcp_gateway_calls_release:
 * @self: the gateway
 *
 * Allows tool calls again.
 */
void
mcp_gateway_calls_release (McpGateway *self)
{
  g_return_if_fail (MCP_IS_GATEWAY (self));
  mcp_running_calls_release (get_running_calls (self));
}

/**
 * mcp_gateway_calls_are_stopped:
 * @self: the gateway
 *
 * Returns: whether tool calls are refused
 */
gboolean
mcp_gateway_calls_are_stopped (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), FALSE);
  return mcp_running_calls_is_stopped (get_running_calls (self));
}
