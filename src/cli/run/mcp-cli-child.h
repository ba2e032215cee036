/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/terminal/mcp-cli-signals.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _McpCliChild McpCliChild;

/* Called for SIGWINCH and SIGCONT. */
typedef void (*McpCliChildHook) (int number, gpointer user_data);

McpCliChild *mcp_cli_child_new (void);
void mcp_cli_child_set_hook (McpCliChild *self, McpCliChildHook hook, gpointer user_data);
void mcp_cli_child_free (McpCliChild *self);
gboolean mcp_cli_child_spawn (McpCliChild *self, char **argv, char **environment, GError **error);
int mcp_cli_child_wait (McpCliChild *self);
int mcp_cli_child_status_of_error (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliChild, mcp_cli_child_free)

G_END_DECLS
