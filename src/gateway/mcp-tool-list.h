/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpTool:
 * @name: as its server calls it
 * @json: the tool's object in tools/list, byte for byte
 */
typedef struct
{
  char *name;
  char *json;
} McpTool;

/**
 * McpToolList:
 *
 * What one server lists, in its own order; reference-counted, and immutable once
 * all its pages are in.
 */
typedef struct _McpToolList McpToolList;

McpToolList *mcp_tool_list_new (gsize max_bytes);
McpToolList *mcp_tool_list_ref (McpToolList *self);
void mcp_tool_list_unref (McpToolList *self);
gboolean mcp_tool_list_add_page (McpToolList *self, McpJsonSlice result, GError **error);
guint mcp_tool_list_get_length (McpToolList *self);
const McpTool *mcp_tool_list_get (McpToolList *self, guint index);
gboolean mcp_tool_list_equal (McpToolList *a, McpToolList *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolList, mcp_tool_list_unref)

G_END_DECLS
