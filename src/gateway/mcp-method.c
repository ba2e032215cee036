/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-method.h"

#include <string.h>

static const McpMethod methods[] = {
  /* basic/utilities/cancellation: initialize must not be cancelled */
  { "initialize", mcp_method_initialize, MCP_METHOD_NOT_CANCELLABLE | MCP_METHOD_LEGACY },
  { "server/discover", mcp_method_discover, MCP_METHOD_MODERN },
  { "ping", mcp_method_ping, MCP_METHOD_LEGACY },
  { "logging/setLevel", mcp_method_set_level, MCP_METHOD_LEGACY },
  { "tools/list", mcp_method_list_tools, MCP_METHOD_DEFAULT },
  { "tools/call", mcp_method_call_tool, MCP_METHOD_DEFAULT },
  { "prompts/list", mcp_method_list_prompts, MCP_METHOD_DEFAULT },
  { "prompts/get", mcp_method_get_prompt, MCP_METHOD_DEFAULT },
  { "resources/list", mcp_method_list_resources, MCP_METHOD_DEFAULT },
  { "resources/templates/list", mcp_method_list_templates, MCP_METHOD_DEFAULT },
  { "resources/read", mcp_method_read_resource, MCP_METHOD_DEFAULT },
  { "resources/subscribe", mcp_method_subscribe, MCP_METHOD_LEGACY },
  { "resources/unsubscribe", mcp_method_unsubscribe, MCP_METHOD_LEGACY },
  { "completion/complete", mcp_method_complete, MCP_METHOD_DEFAULT },
  { "subscriptions/listen", mcp_method_listen, MCP_METHOD_MODERN },
  { "tasks/get", mcp_method_task, MCP_METHOD_MODERN },
  { "tasks/update", mcp_method_task, MCP_METHOD_MODERN },
  { "tasks/cancel", mcp_method_task, MCP_METHOD_MODERN },
};

static const McpNotification notifications[] = {
  { "notifications/initialized", mcp_notification_initialized },
  { "notifications/cancelled", mcp_notification_cancelled },
  { "notifications/roots/list_changed", mcp_notification_roots_changed },
};

/**
 * mcp_method_find:
 * @name: method of a request
 * @is_modern: whether its client speaks 2026-07-28
 *
 * Returns: (transfer none) (nullable): who answers it; %NULL: nobody
 */
const McpMethod *
mcp_method_find (const char *name, gboolean is_modern)
{
  McpMethodFlags never = is_modern ? MCP_METHOD_LEGACY : MCP_METHOD_MODERN;

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (name, methods[i].name) == 0 && (methods[i].flags & never) == 0)
      return &methods[i];

  return NULL;
}

/**
 * mcp_notification_find:
 * @name: method of a notification
 *
 * Returns: (transfer none) (nullable): who takes it; %NULL: nobody
 */
const McpNotification *
mcp_notification_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (notifications); i++)
    if (strcmp (name, notifications[i].name) == 0)
      return &notifications[i];

  return NULL;
}
