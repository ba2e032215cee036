/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-json.h"

G_BEGIN_DECLS

/**
 * McpJsonEdit:
 *
 * Changes to the members of one object, collected before it is written again
 * once. For the stack; cleared by mcp_json_edit_end().
 */
typedef struct
{
  McpJsonSlice object;
  GPtrArray *keys;   /* (element-type utf8): (unowned) */
  GPtrArray *values; /* (element-type utf8) (owned): JSON text; %NULL: the member goes */
} McpJsonEdit;

void mcp_json_edit_begin (McpJsonEdit *self, McpJsonSlice object);
void mcp_json_edit_drop (McpJsonEdit *self, const char *key);
void mcp_json_edit_set (McpJsonEdit *self, const char *key, char *value);
char *mcp_json_edit_end (McpJsonEdit *self);

G_END_DECLS
