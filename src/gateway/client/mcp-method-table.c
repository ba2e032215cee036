/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/client/mcp-method-table.h"

#include <string.h>

/**
 * mcp_method_table_find:
 * @self: a table
 * @name: method of a request
 * @is_stateless: whether its client speaks 2026-07-28
 *
 * Returns: (transfer none) (nullable): the entry of @name; %NULL: the client may not send it
 */
const McpMethod *
mcp_method_table_find (const McpMethodTable *self, const char *name, gboolean is_stateless)
{
  McpMethodFlags never = is_stateless ? MCP_METHOD_HANDSHAKE : MCP_METHOD_STATELESS;

  for (gsize i = 0; i < self->n_methods; i++)
    if (strcmp (name, self->methods[i].name) == 0 && (self->methods[i].flags & never) == 0)
      return &self->methods[i];

  return NULL;
}

/**
 * mcp_method_table_find_notification:
 * @self: a table
 * @name: method of a notification
 *
 * Returns: (transfer none) (nullable): the entry of @name; %NULL: the notification is ignored
 */
const McpMethodNotification *
mcp_method_table_find_notification (const McpMethodTable *self, const char *name)
{
  for (gsize i = 0; i < self->n_notifications; i++)
    if (strcmp (name, self->notifications[i].name) == 0)
      return &self->notifications[i];

  return NULL;
}
