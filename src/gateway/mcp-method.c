/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-method.h"

#include <string.h>

static const McpMethod methods[] = {
  /* basic/utilities/cancellation: initialize must not be cancelled */
  { "initialize", mcp_method_initialize, MCP_METHOD_NOT_CANCELLABLE },
  { "ping", mcp_method_ping, MCP_METHOD_DEFAULT },
  { "tools/list", mcp_method_tools_list, MCP_METHOD_DEFAULT },
  { "tools/call", mcp_method_tools_call, MCP_METHOD_DEFAULT },
};

static const McpNotification notifications[] = {
  { "notifications/initialized", mcp_notification_initialized },
  { "notifications/cancelled", mcp_notification_cancelled },
};

/**
 * mcp_method_find:
 * @name: method of a request
 *
 * Returns: (transfer none) (nullable): who answers it; %NULL: nobody
 */
const McpMethod *
mcp_method_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (name, methods[i].name) == 0)
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
