/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Definitions of tools, prompts, resources and templates.
 */
#include "protocol/mcp-translate.h"

#include "mcp-translate-private.h"

#include <string.h>

static const char *const item_names[] = {
  "execution", "icons", "title", "_meta", "outputSchema", "annotations", NULL,
};
enum
{
  ITEM_EXECUTION,
  ITEM_ICONS,
  ITEM_TITLE,
  ITEM_META,
  ITEM_OUTPUT_SCHEMA,
  ITEM_ANNOTATIONS,
};

/* server/tools: before 2026-07-28 an outputSchema is one of an object; it came with 2025-06-18. */
static gboolean
knows_output_schema (const McpJsonFields *item, McpRevision to)
{
  if (to < MCP_REVISION_2025_06_18)
    return FALSE;
  return mcp_revision_is_stateless (to) ||
         mcp_translate_is_of_type (item->fields[ITEM_OUTPUT_SCHEMA].value, "object");
}

static guint
choose_unknown (const McpJsonFields *item, gboolean is_tool, McpRevision to)
{
  guint mask = 0;

  if (is_tool)
    mask |= 1U << ITEM_EXECUTION; /* tasks of servers are awaited for the client */
  if (to < MCP_REVISION_2025_11_25)
    mask |= 1U << ITEM_ICONS;
  if (to < MCP_REVISION_2025_06_18)
    mask |= 1U << ITEM_TITLE | 1U << ITEM_META;
  if (is_tool && mcp_json_fields_has (item, ITEM_OUTPUT_SCHEMA) && !knows_output_schema (item, to))
    mask |= 1U << ITEM_OUTPUT_SCHEMA;
  if (is_tool && to < MCP_REVISION_2025_03_26)
    mask |= 1U << ITEM_ANNOTATIONS;
  return mask;
}

/**
 * mcp_translate_definition:
 * @list_method: of the list that it is in
 * @item: a tool, prompt, resource or template, an object of any revision
 * @to: the client's revision
 *
 * A definition as a client of that revision knows it: without the members of later revisions. An
 * inputSchema stays whatever keywords it has. Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_definition (const char *list_method, McpJsonSlice item, McpRevision to)
{
  McpJsonEdit *edit = mcp_json_edit_new (item);
  McpJsonFields fields;

  mcp_json_fields_find (&fields, item, item_names);
  mcp_json_edit_drop (edit, &fields,
                      choose_unknown (&fields, strcmp (list_method, "tools/list") == 0, to));
  return mcp_json_edit_end (edit);
}
