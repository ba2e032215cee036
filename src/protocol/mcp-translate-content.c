/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Content of tool results, prompts and sampled messages: what a client of a
 * revision before does not know is said in words.
 */
#include "mcp-translate-private.h"

#include <string.h>

static const char *const content_names[] = { "uri", "name", "mimeType", "annotations", NULL };
enum
{
  CONTENT_URI,
  CONTENT_NAME,
  CONTENT_MIME_TYPE,
  CONTENT_ANNOTATIONS,
};

/**
 * mcp_translate_is_of_type:
 * @item: a value of an accepted text
 * @type: static
 *
 * Returns: whether it is an object whose "type" is that
 */
gboolean
mcp_translate_is_of_type (McpJsonSlice item, const char *type)
{
  McpJsonSlice value;

  return mcp_json_find_typed (item, "type", MCP_JSON_STRING, &value) &&
         mcp_json_string_equal (value, type);
}

/* What is between a string's quotes goes between those of another as it is. */
static gboolean
append_inner (GString *out, const McpJsonFields *fields, guint index)
{
  McpJsonSlice value = fields->fields[index].value;

  if (!mcp_json_fields_has_type (fields, index, MCP_JSON_STRING) || value.length <= 2)
    return FALSE;
  g_string_append_len (out, value.data + 1, (gssize) value.length - 2);
  return TRUE;
}

static char *
end_text_item (GString *out, const McpJsonFields *fields)
{
  g_string_append_c (out, '"');
  if (mcp_json_fields_has_type (fields, CONTENT_ANNOTATIONS, MCP_JSON_OBJECT))
    {
      g_string_append (out, ",\"annotations\":");
      mcp_json_append_slice (out, fields->fields[CONTENT_ANNOTATIONS].value);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static char *
describe_link (McpJsonSlice item)
{
  GString *out = g_string_new ("{\"type\":\"text\",\"text\":\"");
  McpJsonFields fields;

  mcp_json_fields_find (&fields, item, content_names);
  if (append_inner (out, &fields, CONTENT_NAME))
    g_string_append (out, ": ");
  append_inner (out, &fields, CONTENT_URI);
  return end_text_item (out, &fields);
}

static char *
describe_audio (McpJsonSlice item)
{
  GString *out = g_string_new ("{\"type\":\"text\",\"text\":\"[audio: ");
  McpJsonFields fields;

  mcp_json_fields_find (&fields, item, content_names);
  if (!append_inner (out, &fields, CONTENT_MIME_TYPE))
    g_string_append (out, "unknown type");
  g_string_append_c (out, ']');
  return end_text_item (out, &fields);
}

/**
 * mcp_translate_content_item:
 * @item: an item of content
 * @to: the reader's revision
 *
 * Links to resources came with 2025-06-18 (server/tools, "Resource Links"), audio with
 * 2025-03-26 (server/tools, "Audio Content").
 *
 * Returns: (transfer full) (nullable): JSON text of an item; %NULL: it stays
 */
char *
mcp_translate_content_item (McpJsonSlice item, McpRevision to)
{
  if (to < MCP_REVISION_2025_06_18 && mcp_translate_is_of_type (item, "resource_link"))
    return describe_link (item);
  if (to < MCP_REVISION_2025_03_26 && mcp_translate_is_of_type (item, "audio"))
    return describe_audio (item);
  return NULL;
}

static void
translate_one (McpJsonEdit *edit, McpJsonSlice item, McpRevision to)
{
  char *changed = mcp_translate_content_item (item, to);

  if (changed != NULL)
    mcp_json_edit_replace (edit, item, changed);
}

/**
 * mcp_translate_content:
 * @edit: changes
 * @content: an item or an array of them, within what changes
 * @to: the reader's revision
 */
void
mcp_translate_content (McpJsonEdit *edit, McpJsonSlice content, McpRevision to)
{
  McpJsonIter iter;
  McpJsonSlice item;

  if (to >= MCP_REVISION_2025_06_18 || content.data == NULL)
    return;
  if (mcp_json_get_type (content) != MCP_JSON_ARRAY)
    {
      translate_one (edit, content, to);
      return;
    }
  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, &item))
    translate_one (edit, item, to);
}
