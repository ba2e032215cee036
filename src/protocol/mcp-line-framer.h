/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpLineFramer McpLineFramer;

McpLineFramer *mcp_line_framer_new (gsize max_bytes);
void mcp_line_framer_free (McpLineFramer *self);
char *mcp_line_framer_reserve (McpLineFramer *self, gsize length);
void mcp_line_framer_commit (McpLineFramer *self, gsize length);
void mcp_line_framer_push (McpLineFramer *self, const char *data, gsize length);
GBytes *mcp_line_framer_next (McpLineFramer *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpLineFramer, mcp_line_framer_free)

G_END_DECLS
