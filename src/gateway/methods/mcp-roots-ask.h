/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"

G_BEGIN_DECLS

McpAsk *mcp_roots_ask_wrap (McpAsk *ask, const char *cwd);

G_END_DECLS
