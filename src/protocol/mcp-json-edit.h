/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-json-fields.h"

G_BEGIN_DECLS

/**
 * McpJsonEdit:
 *
 * Changes to a text, at any depth, collected before it is written again once.
 * What has not changed stays its bytes.
 */
typedef struct _McpJsonEdit McpJsonEdit;

McpJsonEdit *mcp_json_edit_new (McpJsonSlice text);
void mcp_json_edit_free (McpJsonEdit *self);
void mcp_json_edit_replace (McpJsonEdit *self, McpJsonSlice value, char *text);
void mcp_json_edit_narrow (McpJsonEdit *self, McpJsonSlice value, McpJsonSlice part);
void mcp_json_edit_insert (McpJsonEdit *self, McpJsonSlice container, char *text);
void mcp_json_edit_set (McpJsonEdit *self, const McpJsonFields *fields, guint index, char *text);
gboolean mcp_json_edit_drop (McpJsonEdit *self, const McpJsonFields *fields, guint mask);
char *mcp_json_edit_end (McpJsonEdit *self);
GBytes *mcp_json_edit_end_within (McpJsonEdit *self, const char *before, const char *after);

/* One change to one object. */
char *mcp_json_edit_replace_member (McpJsonSlice object, const char *key, McpJsonSlice value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpJsonEdit, mcp_json_edit_free)

G_END_DECLS
