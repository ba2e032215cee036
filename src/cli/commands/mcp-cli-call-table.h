/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

gboolean mcp_cli_call_table_print (McpJsonSlice calls);
char *mcp_cli_call_table_describe (McpJsonSlice call);
void mcp_cli_call_table_print_one (McpJsonSlice call);

G_END_DECLS
