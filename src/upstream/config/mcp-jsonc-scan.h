/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

/**
 * McpJsoncMember:
 *
 * A member of an object; all places are in the text.
 */
typedef struct
{
  const char *key; /* its opening quote */
  const char *value;
  const char *value_end;
  const char *next; /* after the comma that follows; %NULL if there is none */
} McpJsoncMember;

gboolean mcp_jsonc_scan_parse (const char *text, gsize length, McpJsonSlice *root, GError **error);
const char *mcp_jsonc_scan_skip_space (const char *at);
const char *mcp_jsonc_scan_skip_string (const char *at);
const char *mcp_jsonc_scan_skip_container (const char *at);
gboolean mcp_jsonc_scan_read_member (const char *at, McpJsoncMember *member);
gboolean mcp_jsonc_scan_find_member (const char *object,
                                     const char *key,
                                     McpJsoncMember *found,
                                     McpJsoncMember *previous,
                                     GError **error);
const char *
mcp_jsonc_scan_walk (const char *text, const char *const *path, guint *n_found, GError **error);

G_END_DECLS
