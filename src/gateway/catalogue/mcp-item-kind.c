/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-item-kind.h"

/* server/tools, server/prompts, server/resources */
static const McpItemKindFacts facts[] = {
  [MCP_ITEM_TOOL] = { "tools/list", "tools", "name", "tools", "notifications/tools/list_changed" },
  [MCP_ITEM_PROMPT] = { "prompts/list", "prompts", "name", "prompts",
                        "notifications/prompts/list_changed" },
  [MCP_ITEM_RESOURCE] = { "resources/list", "resources", "uri", "resources",
                          "notifications/resources/list_changed" },
  [MCP_ITEM_TEMPLATE] = { "resources/templates/list", "resourceTemplates", "uriTemplate",
                          "resources", "notifications/resources/list_changed" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (facts) == MCP_N_ITEM_KINDS);

/**
 * mcp_item_kind_get_facts:
 * @kind: what is listed
 *
 * Any thread.
 *
 * Returns: (transfer none): how it is called in messages
 */
const McpItemKindFacts *
mcp_item_kind_get_facts (McpItemKind kind)
{
  g_return_val_if_fail (kind < MCP_N_ITEM_KINDS, NULL);

  return &facts[kind];
}
