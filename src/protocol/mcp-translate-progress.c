/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-translate-private.h"
#include "protocol/mcp-translate.h"

/**
 * mcp_translate_progress:
 * @params: of a notifications/progress, an object
 * @to: the client's revision
 *
 * Messages of progress came with 2025-03-26 (basic/utilities/progress). Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_progress (McpJsonSlice params, McpRevision to)
{
  static const char *const names[] = { "message", NULL };
  McpJsonEdit *edit;
  McpJsonFields fields;

  if (to >= MCP_REVISION_2025_03_26)
    return NULL;

  edit = mcp_json_edit_new (params);
  mcp_json_fields_find (&fields, params, names);
  mcp_json_edit_drop (edit, &fields, 1U << 0);
  return mcp_json_edit_end (edit);
}
