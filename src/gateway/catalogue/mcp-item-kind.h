/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpItemKind:
 *
 * What a server lists.
 */
typedef enum
{
  MCP_ITEM_TOOL,
  MCP_ITEM_PROMPT,
  MCP_ITEM_RESOURCE,
  MCP_ITEM_TEMPLATE, /* of resources */
} McpItemKind;

#define MCP_N_ITEM_KINDS (MCP_ITEM_TEMPLATE + 1)

/**
 * McpItemKinds:
 *
 * A set of #McpItemKind: 1 << kind.
 */
typedef guint McpItemKinds;
#define MCP_ITEM_KINDS_ALL ((1u << MCP_N_ITEM_KINDS) - 1)

/**
 * McpItemKindFacts:
 * @method: that lists them
 * @member: of its result that holds them
 * @key: member of an item that tells it from all others of its server
 * @capability: of a server that has any
 * @changed: notification that says that they are others now
 */
typedef struct
{
  const char *method;
  const char *member;
  const char *key;
  const char *capability;
  const char *changed;
} McpItemKindFacts;

const McpItemKindFacts *mcp_item_kind_get_facts (McpItemKind kind);

G_END_DECLS
