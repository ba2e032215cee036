/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

typedef struct _McpCliStatus McpCliStatus;

McpCliStatus *mcp_cli_status_fetch (McpCliConnection *connection, GError **error);
void mcp_cli_status_free (McpCliStatus *self);
gboolean mcp_cli_status_is_well (McpCliStatus *self);
GBytes *mcp_cli_status_to_json (McpCliStatus *self);
char *mcp_cli_status_to_text (McpCliStatus *self, guint columns, gboolean with_colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliStatus, mcp_cli_status_free)

G_END_DECLS
