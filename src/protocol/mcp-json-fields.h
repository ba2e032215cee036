/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

#define MCP_JSON_MAX_FIELDS 12

/**
 * McpJsonField:
 * @value: of the member; %MCP_JSON_SLICE_NONE where there is none
 *
 * A member of an object, and where it lies among the others.
 */
typedef struct
{
  McpJsonSlice value;
  const char *start;        /* of the name */
  const char *previous_end; /* of the member before; %NULL: it is the first */
  const char *next_start;   /* of the member behind; %NULL: it is the last */
  gsize index;
} McpJsonField;

/**
 * McpJsonFields:
 *
 * The members of an object that matter, found in one walk over it: they are at
 * the index of their name. Borrows the text and the names.
 */
typedef struct
{
  McpJsonSlice object;
  const char *const *names;
  McpJsonField fields[MCP_JSON_MAX_FIELDS];
  gsize n_members;
} McpJsonFields;

void mcp_json_fields_find (McpJsonFields *self, McpJsonSlice object, const char *const *names);
gboolean mcp_json_fields_has (const McpJsonFields *self, guint index);
gboolean mcp_json_fields_has_type (const McpJsonFields *self, guint index, McpJsonType type);
gboolean mcp_json_fields_equal (const McpJsonFields *self, guint index, const char *text);

G_END_DECLS
