/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "common/mcp-json.h"

G_BEGIN_DECLS

typedef struct _McpCliCallDisplay McpCliCallDisplay;

McpCliCallDisplay *mcp_cli_call_display_new (McpCliConnection *connection, const char *tool);
void mcp_cli_call_display_free (McpCliCallDisplay *self);
void mcp_cli_call_display_take_progress (McpCliCallDisplay *self, McpJsonSlice params);
void mcp_cli_call_display_say (McpCliCallDisplay *self, const char *line);
void mcp_cli_call_display_clear (McpCliCallDisplay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliCallDisplay, mcp_cli_call_display_free)

G_END_DECLS
