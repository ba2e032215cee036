/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"

G_BEGIN_DECLS

char *mcp_roots_build (const char *cwd, McpJsonSlice others);
McpAsk *mcp_roots_wrap (McpAsk *ask, const char *cwd);

G_END_DECLS
