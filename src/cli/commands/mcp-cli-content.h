/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <stdio.h>

G_BEGIN_DECLS

void mcp_cli_content_print (McpJsonSlice item, FILE *file, gboolean raw);
gboolean mcp_cli_content_print_result (McpJsonSlice result, gboolean raw);

G_END_DECLS
