/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_cli_json_tree_build (McpJsonSlice value);

G_END_DECLS
