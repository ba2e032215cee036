/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * McpToolGlobs:
 *
 * An immutable list of globs (`*` and `?`) over exposed names of tools: the tools that a session is
 * allowed.
 */
typedef struct _McpToolGlobs McpToolGlobs;

McpToolGlobs *mcp_tool_globs_new (const char *const *globs);
void mcp_tool_globs_free (McpToolGlobs *self);
const char *const *mcp_tool_globs_get_strings (const McpToolGlobs *self);
gboolean mcp_tool_globs_match (const McpToolGlobs *self, const char *exposed_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpToolGlobs, mcp_tool_globs_free)

G_END_DECLS
