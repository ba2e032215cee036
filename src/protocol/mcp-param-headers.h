/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

gboolean mcp_param_headers_is_valid (McpJsonSlice tool);
char **mcp_param_headers_build (McpJsonSlice tool, McpJsonSlice params);
gboolean mcp_param_headers_check (McpJsonSlice tool,
                                  McpJsonSlice params,
                                  GHashTable *received,
                                  GError **error);

G_END_DECLS
