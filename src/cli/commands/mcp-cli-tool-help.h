/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_cli_tool_help_build_signature (McpJsonSlice tool);
void mcp_cli_tool_help_print (McpJsonSlice tool);
McpJsonSlice mcp_cli_tool_help_get_property (McpJsonSlice tool, const char *name);
char **mcp_cli_tool_help_list_required (McpJsonSlice tool);
gboolean mcp_cli_tool_help_accepts (McpJsonSlice tool, const char *arguments);

G_END_DECLS
