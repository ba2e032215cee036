/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What clients answer to the requests of servers.
 */
#include "protocol/mcp-translate.h"

#include "mcp-translate-private.h"

#include <string.h>

static const char *const answer_names[] = { "resultType", "_meta", "content", NULL };
enum
{
  ANSWER_TYPE,
  ANSWER_META,
  ANSWER_CONTENT,
};

/* The first that is not about tools: 2025-11-25 made an array of what was one item. */
static gboolean
find_first (McpJsonSlice content, McpJsonSlice *first)
{
  McpJsonIter iter;

  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, first))
    if (mcp_json_get_type (*first) == MCP_JSON_OBJECT &&
        !mcp_translate_is_of_type (*first, "tool_use"))
      return TRUE;
  return FALSE;
}

static void
translate_sampled (McpJsonEdit *edit, McpJsonSlice content, McpRevision to)
{
  McpJsonSlice first;
  char *changed;

  if (mcp_json_get_type (content) != MCP_JSON_ARRAY)
    {
      mcp_translate_content (edit, content, to);
      return;
    }
  if (!find_first (content, &first))
    {
      mcp_json_edit_replace (edit, content, g_strdup ("{\"type\":\"text\",\"text\":\"\"}"));
      return;
    }
  changed = mcp_translate_content_item (first, to);
  if (changed != NULL)
    mcp_json_edit_replace (edit, content, changed);
  else
    mcp_json_edit_narrow (edit, content, first);
}

/**
 * mcp_translate_ask_result:
 * @method: what was asked
 * @result: the client's answer, an object
 * @from: the client's revision
 * @to: the server's revision
 *
 * A client's answer as a server of that revision knows it: to one before 2025-11-25, what was
 * sampled is the first item of it. Any thread.
 *
 * Returns: (transfer full) (nullable): JSON text; %NULL: nothing changes
 */
char *
mcp_translate_ask_result (const char *method, McpJsonSlice result, McpRevision from, McpRevision to)
{
  McpJsonEdit *edit = mcp_json_edit_new (result);
  McpJsonFields fields;
  guint mask = 0;

  mcp_json_fields_find (&fields, result, answer_names);
  if (mcp_revision_is_stateless (from))
    mask |= 1U << ANSWER_TYPE; /* of a result, not of one of its parts */
  if (mcp_json_fields_has_type (&fields, ANSWER_META, MCP_JSON_OBJECT) &&
      mcp_translate_meta (edit, fields.fields[ANSWER_META].value, NULL, NULL))
    mask |= 1U << ANSWER_META;
  if (strcmp (method, "sampling/createMessage") == 0 && to < MCP_REVISION_2025_11_25 &&
      mcp_json_fields_has (&fields, ANSWER_CONTENT))
    translate_sampled (edit, fields.fields[ANSWER_CONTENT].value, to);
  mcp_json_edit_drop (edit, &fields, mask);
  return mcp_json_edit_end (edit);
}
