/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

G_BEGIN_DECLS

char *mcp_trace_context_dup_id (McpJsonSlice params);

G_END_DECLS
