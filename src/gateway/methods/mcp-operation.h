/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/catalogue/mcp-item-kind.h"
#include "gateway/catalogue/mcp-target.h"
#include "gateway/client/mcp-attachment.h"
#include "gateway/client/mcp-request-inner.h"
#include "protocol/mcp-params.h"

G_BEGIN_DECLS

/**
 * McpOperation:
 *
 * The client's side of a request that one server works on: a tool, a prompt, a resource or a task.
 * It finds the server, passes on what the server reports, asks the client what the server asks, in
 * the client's own way, and answers in the end. Where the client has to come back with the input
 * that a server wants (2026-07-28), an operation outlives the request that began it. Main context
 * only.
 */
#define MCP_TYPE_OPERATION (mcp_operation_get_type ())
G_DECLARE_FINAL_TYPE (McpOperation, mcp_operation, MCP, OPERATION, GObject)

/**
 * McpOperationSubject:
 * @kind: what is asked for
 * @is_call: whether it is a tools/call: counted, recorded, and told to the session's watchers
 * @rename: writes the server's own name of it into the params
 *
 * What requests of one method are about. Static.
 */
typedef struct
{
  McpItemKind kind;
  gboolean is_call;
  void (*rename) (McpParams *params, const char *own_name);
} McpOperationSubject;

void mcp_operation_start (McpAttachment *attachment,
                          McpRequest *request,
                          const McpOperationSubject *subject,
                          const char *name);
void mcp_operation_start_at (McpAttachment *attachment,
                             McpRequest *request,
                             const McpOperationSubject *subject,
                             McpTarget *target);
gboolean mcp_operation_resume (McpAttachment *attachment, McpRequest *request);

G_END_DECLS
