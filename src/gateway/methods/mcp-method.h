/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "gateway/client/mcp-method-table.h"
#include "gateway/client/mcp-request.h"

G_BEGIN_DECLS

const McpMethodTable *mcp_method_get_table (void);

/* Each function is in one of mcp-method-*.c. */
void mcp_method_initialize (McpAttachment *attachment, McpRequest *request);
void mcp_method_discover (McpAttachment *attachment, McpRequest *request);
void mcp_method_ping (McpAttachment *attachment, McpRequest *request);
void mcp_method_set_level (McpAttachment *attachment, McpRequest *request);
void mcp_method_list_tools (McpAttachment *attachment, McpRequest *request);
void mcp_method_list_prompts (McpAttachment *attachment, McpRequest *request);
void mcp_method_list_resources (McpAttachment *attachment, McpRequest *request);
void mcp_method_list_templates (McpAttachment *attachment, McpRequest *request);
void mcp_method_call_tool (McpAttachment *attachment, McpRequest *request);
void mcp_method_get_prompt (McpAttachment *attachment, McpRequest *request);
void mcp_method_read_resource (McpAttachment *attachment, McpRequest *request);
void mcp_method_complete (McpAttachment *attachment, McpRequest *request);
void mcp_method_subscribe (McpAttachment *attachment, McpRequest *request);
void mcp_method_unsubscribe (McpAttachment *attachment, McpRequest *request);
void mcp_method_restore_subscriptions (McpAttachment *attachment, const char *const *uris);
void mcp_method_listen (McpAttachment *attachment, McpRequest *request);
void mcp_method_task (McpAttachment *attachment, McpRequest *request);
void mcp_method_note_initialized (McpAttachment *attachment, McpJsonSlice params);
void mcp_method_note_cancelled (McpAttachment *attachment, McpJsonSlice params);
void mcp_method_note_roots_changed (McpAttachment *attachment, McpJsonSlice params);

G_END_DECLS
