/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _McpCliWait McpCliWait;

McpCliWait *mcp_cli_wait_new (const char *text);
void mcp_cli_wait_stop (McpCliWait *self);
void mcp_cli_wait_free (McpCliWait *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliWait, mcp_cli_wait_free)

G_END_DECLS
