/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-tool-call.h"

G_BEGIN_DECLS

McpToolCall *mcp_tool_call_new (GDBusMethodInvocation *invocation,
                                const char *id,
                                const char *tool,
                                const char *arguments,
                                GVariant *context);
gboolean mcp_tool_call_is_from (McpToolCall *self, const char *sender);
gboolean mcp_tool_call_can_be_read (McpToolCall *self);
gboolean mcp_tool_call_is_answered (McpToolCall *self);

G_END_DECLS
