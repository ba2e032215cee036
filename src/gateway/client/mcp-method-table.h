/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a table of methods looks like; mcp-method.c has the one there is. */
#include "common/mcp-json.h"

G_BEGIN_DECLS

/* #McpAttachment and #McpRequest, which look methods up and are not looked into here. */
struct _McpAttachment;
struct _McpRequest;

/**
 * McpMethodFlags:
 * @MCP_METHOD_NOT_CANCELLABLE: the client cannot withdraw it
 * @MCP_METHOD_HANDSHAKE: not of 2026-07-28
 * @MCP_METHOD_STATELESS: of 2026-07-28 only
 */
typedef enum
{
  MCP_METHOD_DEFAULT = 0,
  MCP_METHOD_NOT_CANCELLABLE = 1 << 0,
  MCP_METHOD_HANDSHAKE = 1 << 1,
  MCP_METHOD_STATELESS = 1 << 2,
} McpMethodFlags;

/**
 * McpMethod:
 * @name: JSON-RPC method
 * @answer: answers a request of the attachment, now or later, once
 * @flags: what is special about it
 *
 * What a client may ask.
 */
typedef struct
{
  const char *name;
  void (*answer) (struct _McpAttachment *attachment, struct _McpRequest *request);
  McpMethodFlags flags;
} McpMethod;

/**
 * McpMethodNotification:
 * @name: JSON-RPC method
 * @take: takes a notification; @params may be %MCP_JSON_SLICE_NONE
 *
 * What a client may say.
 */
typedef struct
{
  const char *name;
  void (*take) (struct _McpAttachment *attachment, McpJsonSlice params);
} McpMethodNotification;

/**
 * McpMethodTable:
 * @methods: (array length=n_methods): requests
 * @notifications: (array length=n_notifications): notifications
 *
 * All that a client may send.
 */
typedef struct
{
  const McpMethod *methods;
  gsize n_methods;
  const McpMethodNotification *notifications;
  gsize n_notifications;
} McpMethodTable;

const McpMethod *
mcp_method_table_find (const McpMethodTable *self, const char *name, gboolean is_stateless);
const McpMethodNotification *mcp_method_table_find_notification (const McpMethodTable *self,
                                                                 const char *name);

G_END_DECLS
