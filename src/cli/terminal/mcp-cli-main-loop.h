/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpCliMainLoop McpCliMainLoop;

McpCliMainLoop *mcp_cli_main_loop_new (void);
int mcp_cli_main_loop_run (McpCliMainLoop *self);
void mcp_cli_main_loop_quit (McpCliMainLoop *self, int status);
void mcp_cli_main_loop_free (McpCliMainLoop *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliMainLoop, mcp_cli_main_loop_free)

G_END_DECLS
