/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_json_cut_dup_string (McpJsonSlice string, gsize max);

G_END_DECLS
