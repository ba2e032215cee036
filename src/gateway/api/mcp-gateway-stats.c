/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/api/mcp-gateway-stats.h"

#include "mcp-gateway-private.h"

/**
 * mcp_gateway_stats_get_calls:
 * @self: the gateway
 *
 * Returns: (transfer none): how tool calls ended since the gateway was made
 */
const McpCallStats *
mcp_gateway_stats_get_calls (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  return mcp_running_calls_get_stats (mcp_gateway_get_services (self)->running_calls);
}

/**
 * mcp_gateway_stats_get_consent:
 * @self: the gateway
 *
 * Returns: (transfer none): what became of the questions to the owner
 */
const McpConsentStats *
mcp_gateway_stats_get_consent (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), NULL);

  return mcp_consent_desk_get_stats (mcp_gateway_get_services (self)->consent_desk);
}

/**
 * mcp_gateway_stats_get_n_questions:
 * @self: the gateway
 *
 * Returns: how many questions wait for the owner
 */
guint
mcp_gateway_stats_get_n_questions (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), 0);

  return mcp_consent_desk_get_n_waiting (mcp_gateway_get_services (self)->consent_desk);
}

/**
 * mcp_gateway_stats_get_n_running:
 * @self: the gateway
 *
 * Returns: how many tool calls are running
 */
guint
mcp_gateway_stats_get_n_running (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), 0);

  return mcp_running_calls_get_n (mcp_gateway_get_services (self)->running_calls);
}

/**
 * mcp_gateway_stats_get_n_parked:
 * @self: the gateway
 *
 * Returns: how many requests wait for their client to come back with input
 */
guint
mcp_gateway_stats_get_n_parked (McpGateway *self)
{
  g_return_val_if_fail (MCP_IS_GATEWAY (self), 0);

  return mcp_parking_get_n_parked (mcp_gateway_get_services (self)->parking);
}

/**
 * mcp_gateway_stats_get_n_attachments:
 * @self: the gateway
 * @session_id: (nullable): of one session; %NULL: of all
 *
 * Returns: how many MCP clients are attached
 */
guint
mcp_gateway_stats_get_n_attachments (McpGateway *self, const char *session_id)
{
  McpAttachmentTable *attachments;

  g_return_val_if_fail (MCP_IS_GATEWAY (self), 0);

  attachments = mcp_gateway_get_attachments (self);
  return session_id != NULL ? mcp_attachment_table_count (attachments, session_id)
                            : mcp_attachment_table_count_all (attachments);
}
