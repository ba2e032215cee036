/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The messages of a prompt as clients of 2024-11-05 and 2025-03-26 know them.
 */
#include "mcp-translate-private.h"

/**
 * mcp_translate_prompt:
 * @edit: changes
 * @messages: the member of a result of prompts/get within what changes, or %MCP_JSON_SLICE_NONE
 * @to: the client's revision
 *
 * Changes the content of each message into content that the client knows. Revisions from
 * 2025-06-18 need no change.
 */
void
mcp_translate_prompt (McpJsonEdit *edit, McpJsonSlice messages, McpRevision to)
{
  McpJsonIter iter;
  McpJsonSlice message;
  McpJsonSlice content;

  if (to >= MCP_REVISION_2025_06_18 || messages.data == NULL ||
      mcp_json_get_type (messages) != MCP_JSON_ARRAY)
    return;

  mcp_json_iter_init (&iter, messages);
  while (mcp_json_iter_next_element (&iter, &message))
    if (mcp_json_find (message, "content", &content))
      mcp_translate_content (edit, content, to);
}
