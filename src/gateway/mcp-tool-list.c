/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-tool-list.h"

#include "mcp-error.h"

#include <string.h>

struct _McpToolList
{
  grefcount ref_count;

  GPtrArray *tools; /* (owned): McpTool */
  gsize n_bytes;    /* of all tools */
  gsize max_bytes;
};

static void
tool_free (McpTool *tool)
{
  g_free (tool->name);
  g_free (tool->json);
  g_free (tool);
}

/**
 * mcp_tool_list_new:
 * @max_bytes: of all tools' JSON together
 *
 * Returns: (transfer full): an empty list
 */
McpToolList *
mcp_tool_list_new (gsize max_bytes)
{
  McpToolList *self = g_new0 (McpToolList, 1);

  g_ref_count_init (&self->ref_count);
  self->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_free);
  self->max_bytes = max_bytes;
  return self;
}

/**
 * mcp_tool_list_ref:
 * @self: the list
 *
 * Main context only.
 *
 * Returns: (transfer full): @self
 */
McpToolList *
mcp_tool_list_ref (McpToolList *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_tool_list_unref:
 * @self: (transfer full): the list
 *
 * Main context only.
 */
void
mcp_tool_list_unref (McpToolList *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->tools);
  g_free (self);
}

static void
add_tool (McpToolList *self, McpJsonSlice json)
{
  g_autofree char *name = NULL;
  McpJsonSlice slice;
  McpTool *tool;

  if (mcp_json_get_type (json) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (json, "name", MCP_JSON_STRING, &slice))
    {
      g_debug ("left out a tool without a name");
      return;
    }

  name = mcp_json_dup_string (slice);
  if (name == NULL || *name == '\0') /* NULL: it holds U+0000 */
    return;

  tool = g_new0 (McpTool, 1);
  tool->name = g_steal_pointer (&name);
  tool->json = g_strndup (json.data, json.length);
  g_ptr_array_add (self->tools, tool);
}

/**
 * mcp_tool_list_add_page:
 * @self: the list, not yet shared
 * @result: of one tools/list
 * @error: return location
 *
 * Adds the tools of one page. What is no object with a name is left out, for
 * nobody could call it.
 *
 * Errors: %MCP_ERROR_PROVIDER_FAILED when there is no array of tools, or more
 * bytes of them than may be kept.
 *
 * Returns: whether the page was a list of tools
 */
gboolean
mcp_tool_list_add_page (McpToolList *self, McpJsonSlice result, GError **error)
{
  McpJsonSlice tools;
  McpJsonSlice tool;
  McpJsonIter iter;

  if (mcp_json_get_type (result) != MCP_JSON_OBJECT ||
      !mcp_json_find_typed (result, "tools", MCP_JSON_ARRAY, &tools))
    {
      g_set_error_literal (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                           "The answer to tools/list has no array “tools”");
      return FALSE;
    }

  if (tools.length > self->max_bytes - self->n_bytes)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED,
                   "The server lists more than %" G_GSIZE_FORMAT " bytes of tools",
                   self->max_bytes);
      return FALSE;
    }
  self->n_bytes += tools.length;

  mcp_json_iter_init (&iter, tools);
  while (mcp_json_iter_next_element (&iter, &tool))
    add_tool (self, tool);
  return TRUE;
}

/**
 * mcp_tool_list_get_length:
 * @self: the list
 *
 * Returns: number of tools
 */
guint
mcp_tool_list_get_length (McpToolList *self)
{
  return self->tools->len;
}

/**
 * mcp_tool_list_get:
 * @self: the list
 * @index: below mcp_tool_list_get_length()
 *
 * Returns: (transfer none): the tool
 */
const McpTool *
mcp_tool_list_get (McpToolList *self, guint index)
{
  g_return_val_if_fail (index < self->tools->len, NULL);

  return g_ptr_array_index (self->tools, index);
}

/**
 * mcp_tool_list_equal:
 * @a: a list
 * @b: another
 *
 * Returns: whether both have the same tools, to the byte, in the same order
 */
gboolean
mcp_tool_list_equal (McpToolList *a, McpToolList *b)
{
  if (a->tools->len != b->tools->len)
    return FALSE;

  for (guint i = 0; i < a->tools->len; i++)
    if (strcmp (mcp_tool_list_get (a, i)->json, mcp_tool_list_get (b, i)->json) != 0)
      return FALSE;

  return TRUE;
}
