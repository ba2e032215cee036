/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_cli_tool_cost_dup_server (const char *tool);
void mcp_cli_tool_cost_print (McpJsonSlice tools);

G_END_DECLS
