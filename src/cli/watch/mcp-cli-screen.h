/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpCliScreen McpCliScreen;

McpCliScreen *mcp_cli_screen_new (int fd);
void mcp_cli_screen_free (McpCliScreen *self);
void mcp_cli_screen_add_line (McpCliScreen *self, const char *line);
void mcp_cli_screen_draw (McpCliScreen *self, GPtrArray *lines);
void mcp_cli_screen_resized (McpCliScreen *self, guint columns);
void mcp_cli_screen_forget (McpCliScreen *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliScreen, mcp_cli_screen_free)

G_END_DECLS
