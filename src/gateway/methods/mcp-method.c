/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/methods/mcp-method.h"

#include <string.h>

static const McpMethod methods[] = {
  /* basic/utilities/cancellation: initialize must not be cancelled */
  { "initialize", mcp_method_initialize, MCP_METHOD_NOT_CANCELLABLE | MCP_METHOD_HANDSHAKE },
  { "server/discover", mcp_method_discover, MCP_METHOD_STATELESS },
  { "ping", mcp_method_ping, MCP_METHOD_HANDSHAKE },
  { "logging/setLevel", mcp_method_set_level, MCP_METHOD_HANDSHAKE },
  { "tools/list", mcp_method_list_tools, MCP_METHOD_DEFAULT },
  { "tools/call", mcp_method_call_tool, MCP_METHOD_DEFAULT },
  { "prompts/list", mcp_method_list_prompts, MCP_METHOD_DEFAULT },
  { "prompts/get", mcp_method_get_prompt, MCP_METHOD_DEFAULT },
  { "resources/list", mcp_method_list_resources, MCP_METHOD_DEFAULT },
  { "resources/templates/list", mcp_method_list_templates, MCP_METHOD_DEFAULT },
  { "resources/read", mcp_method_read_resource, MCP_METHOD_DEFAULT },
  { "resources/subscribe", mcp_method_subscribe, MCP_METHOD_HANDSHAKE },
  { "resources/unsubscribe", mcp_method_unsubscribe, MCP_METHOD_HANDSHAKE },
  { "completion/complete", mcp_method_complete, MCP_METHOD_DEFAULT },
  { "subscriptions/listen", mcp_method_listen, MCP_METHOD_STATELESS },
  { "tasks/get", mcp_method_task, MCP_METHOD_STATELESS },
  { "tasks/update", mcp_method_task, MCP_METHOD_STATELESS },
  { "tasks/cancel", mcp_method_task, MCP_METHOD_STATELESS },
};

static const McpMethodNotification notifications[] = {
  { "notifications/initialized", mcp_method_note_initialized },
  { "notifications/cancelled", mcp_method_note_cancelled },
  { "notifications/roots/list_changed", mcp_method_note_roots_changed },
};

static const McpMethodTable table = {
  methods,
  G_N_ELEMENTS (methods),
  notifications,
  G_N_ELEMENTS (notifications),
};

/**
 * mcp_method_get_table:
 *
 * Returns: (transfer none): all that a client may send
 */
const McpMethodTable *
mcp_method_get_table (void)
{
  return &table;
}
