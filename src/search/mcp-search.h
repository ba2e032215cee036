/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <mcpsession.h>

G_BEGIN_DECLS

/* The tool, as `tools/list` of MCP has it. */
extern const char mcp_search_definition[];

void mcp_search_answer (McpToolCall *call, GApplication *application);

G_END_DECLS
