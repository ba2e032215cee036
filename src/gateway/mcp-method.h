/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-attachment.h"
#include "mcp-request.h"

G_BEGIN_DECLS

/**
 * McpMethodFlags:
 * @MCP_METHOD_NOT_CANCELLABLE: the client cannot withdraw it
 * @MCP_METHOD_LEGACY: not of 2026-07-28
 * @MCP_METHOD_MODERN: of 2026-07-28 only
 */
typedef enum
{
  MCP_METHOD_DEFAULT = 0,
  MCP_METHOD_NOT_CANCELLABLE = 1 << 0,
  MCP_METHOD_LEGACY = 1 << 1,
  MCP_METHOD_MODERN = 1 << 2,
} McpMethodFlags;

/**
 * McpMethod:
 * @name: JSON-RPC method
 * @answer: answers a request, now or later, once
 * @flags: what is special about it
 *
 * What a client may ask.
 */
typedef struct
{
  const char *name;
  void (*answer) (McpRequest *request);
  McpMethodFlags flags;
} McpMethod;

/**
 * McpNotification:
 * @name: JSON-RPC method
 * @take: takes a notification; @params may be %MCP_JSON_SLICE_NONE
 *
 * What a client may say.
 */
typedef struct
{
  const char *name;
  void (*take) (McpAttachment *attachment, McpJsonSlice params);
} McpNotification;

const McpMethod *mcp_method_find (const char *name, gboolean is_modern);
const McpNotification *mcp_notification_find (const char *name);

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
void mcp_notification_initialized (McpAttachment *attachment, McpJsonSlice params);
void mcp_notification_cancelled (McpAttachment *attachment, McpJsonSlice params);
void mcp_notification_roots_changed (McpAttachment *attachment, McpJsonSlice params);

G_END_DECLS
