/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Messages that a server wants sampled, as clients before 2025-11-25 know them.
 */
#include "mcp-translate-private.h"

static const char *const message_names[] = { "role", "content", NULL };
enum
{
  MESSAGE_ROLE,
  MESSAGE_CONTENT,
};

/* Tools in sampling came with content in arrays; their uses and results have no other form. */
static gboolean
is_expressible (McpJsonSlice item)
{
  return mcp_json_get_type (item) == MCP_JSON_OBJECT &&
         !mcp_translate_is_of_type (item, "tool_use") &&
         !mcp_translate_is_of_type (item, "tool_result");
}

static void
append_item (GString *out, McpJsonSlice item, McpRevision to)
{
  g_autofree char *changed = mcp_translate_content_item (item, to);

  if (changed != NULL)
    g_string_append (out, changed);
  else
    mcp_json_append_slice (out, item);
}

/* One message whose content is an array becomes one for each item, of the same role. */
static gboolean
split_message (McpJsonEdit *edit, McpJsonSlice message, const McpJsonFields *fields, McpRevision to)
{
  g_autoptr (GString) out = g_string_new (NULL);
  McpJsonSlice item;
  McpJsonIter iter;

  if (!mcp_json_fields_has_type (fields, MESSAGE_ROLE, MCP_JSON_STRING))
    return FALSE;

  mcp_json_iter_init (&iter, fields->fields[MESSAGE_CONTENT].value);
  while (mcp_json_iter_next_element (&iter, &item))
    {
      if (!is_expressible (item))
        return FALSE;
      g_string_append (out, out->len > 0 ? ",{\"role\":" : "{\"role\":");
      mcp_json_append_slice (out, fields->fields[MESSAGE_ROLE].value);
      g_string_append (out, ",\"content\":");
      append_item (out, item, to);
      g_string_append_c (out, '}');
    }
  if (out->len == 0)
    return FALSE;
  mcp_json_edit_replace (edit, message, g_string_free (g_steal_pointer (&out), FALSE));
  return TRUE;
}

/**
 * mcp_translate_messages:
 * @edit: changes
 * @messages: an array within what changes: what a server wants sampled
 * @to: the client's revision, one before 2025-11-25
 *
 * Messages whose content is one item each (client/sampling).
 *
 * Returns: whether they can be expressed
 */
gboolean
mcp_translate_messages (McpJsonEdit *edit, McpJsonSlice messages, McpRevision to)
{
  McpJsonSlice message;
  McpJsonIter iter;

  mcp_json_iter_init (&iter, messages);
  while (mcp_json_iter_next_element (&iter, &message))
    {
      McpJsonFields fields;

      mcp_json_fields_find (&fields, message, message_names);
      if (mcp_json_fields_has_type (&fields, MESSAGE_CONTENT, MCP_JSON_ARRAY))
        {
          if (!split_message (edit, message, &fields, to))
            return FALSE;
          continue;
        }
      if (!is_expressible (fields.fields[MESSAGE_CONTENT].value))
        return FALSE;
      mcp_translate_content (edit, fields.fields[MESSAGE_CONTENT].value, to);
    }
  return TRUE;
}
