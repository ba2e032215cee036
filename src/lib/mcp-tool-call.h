/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpToolCall:
 *
 * One call of a tool that this app offers. The handler of the tool answers it with one of the
 * functions mcp_tool_call_return_…(), at once or later: then the handler keeps a reference. A call
 * that is dropped without an answer gets an error.
 *
 * A call belongs to the main context in which its provider was registered.
 */
#define MCP_TYPE_TOOL_CALL (mcp_tool_call_get_type ())
G_DECLARE_FINAL_TYPE (McpToolCall, mcp_tool_call, MCP, TOOL_CALL, GObject)

const char *mcp_tool_call_get_id (McpToolCall *self);
const char *mcp_tool_call_get_tool (McpToolCall *self);
const char *mcp_tool_call_get_arguments (McpToolCall *self);
gboolean mcp_tool_call_has_argument (McpToolCall *self, const char *name);
char *mcp_tool_call_dup_string (McpToolCall *self, const char *name);
gint64 mcp_tool_call_get_int (McpToolCall *self, const char *name);
double mcp_tool_call_get_double (McpToolCall *self, const char *name);
gboolean mcp_tool_call_get_boolean (McpToolCall *self, const char *name);
const char *mcp_tool_call_get_session_id (McpToolCall *self);
const char *mcp_tool_call_get_cwd (McpToolCall *self);
const char *mcp_tool_call_get_client (McpToolCall *self);
GCancellable *mcp_tool_call_get_cancellable (McpToolCall *self);

void mcp_tool_call_report_progress (McpToolCall *self,
                                    double progress,
                                    double total,
                                    const char *message);

void mcp_tool_call_return_text (McpToolCall *self, const char *text);
void mcp_tool_call_return_json (McpToolCall *self, const char *json);
void mcp_tool_call_return_result (McpToolCall *self, const char *result_json);
void mcp_tool_call_return_error (McpToolCall *self, const char *message);
void mcp_tool_call_return_invalid_arguments (McpToolCall *self, const char *message);

G_END_DECLS
