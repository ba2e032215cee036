/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-method-table.h"

G_BEGIN_DECLS

const McpMethodTable *mcp_method_get_table (void);

/* One function each, in mcp-methods-*.c. */
void mcp_method_initialize (McpRequest *request);
void mcp_method_discover (McpRequest *request);
void mcp_method_ping (McpRequest *request);
void mcp_method_set_level (McpRequest *request);
void mcp_method_list_tools (McpRequest *request);
void mcp_method_list_prompts (McpRequest *request);
void mcp_method_list_resources (McpRequest *request);
void mcp_method_list_templates (McpRequest *request);
void mcp_method_call_tool (McpRequest *request);
void mcp_method_get_prompt (McpRequest *request);
void mcp_method_read_resource (McpRequest *request);
void mcp_method_complete (McpRequest *request);
void mcp_method_subscribe (McpRequest *request);
void mcp_method_unsubscribe (McpRequest *request);
void mcp_method_listen (McpRequest *request);
void mcp_method_task (McpRequest *request);
void mcp_method_note_initialized (McpAttachment *attachment, McpJsonSlice params);
void mcp_method_note_cancelled (McpAttachment *attachment, McpJsonSlice params);
void mcp_method_note_roots_changed (McpAttachment *attachment, McpJsonSlice params);

G_END_DECLS
