/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): what there is to say beside the text at this moment */
typedef char *(*McpCliWaitDetail) (gpointer user_data);

typedef struct _McpCliWait McpCliWait;

McpCliWait *mcp_cli_wait_new (const char *text);
void mcp_cli_wait_set_detail (McpCliWait *self, McpCliWaitDetail detail, gpointer user_data);
void mcp_cli_wait_set_text (McpCliWait *self, const char *text);
void mcp_cli_wait_stop (McpCliWait *self);
void mcp_cli_wait_free (McpCliWait *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliWait, mcp_cli_wait_free)

G_END_DECLS
