/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-attachment.h"
#include "mcp-request.h"

G_BEGIN_DECLS

/**
 * McpMethodFlags:
 * @MCP_METHOD_NOT_CANCELLABLE: the client cannot withdraw it
 */
typedef enum
{
  MCP_METHOD_DEFAULT = 0,
  MCP_METHOD_NOT_CANCELLABLE = 1 << 0,
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

const McpMethod *mcp_method_find (const char *name);
const McpNotification *mcp_notification_find (const char *name);

/* One function each, in mcp-methods-*.c. */
void mcp_method_initialize (McpRequest *request);
void mcp_method_ping (McpRequest *request);
void mcp_method_tools_list (McpRequest *request);
void mcp_method_tools_call (McpRequest *request);
void mcp_notification_initialized (McpAttachment *attachment, McpJsonSlice params);
void mcp_notification_cancelled (McpAttachment *attachment, McpJsonSlice params);

G_END_DECLS
