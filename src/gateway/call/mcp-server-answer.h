/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/servers/mcp-answer-account.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpServerAnswer:
 * @message: (owned): the server's response: a result or an error
 * @is_error: whether it is an error, or the result of a tool that failed
 * @reason: (nullable): of an error: one line for watchers and for the history, what the tool says
 * of its failure, 400 bytes at most
 * @wants_input: whether the server wants input before it goes on (2026-07-28)
 * @is_task: whether the answer is a task that the client asks for later (2026-07-28)
 * @task_id: JSON text of the id of a task that the tool runs as (2025-11-25); may be
 *   %MCP_JSON_SLICE_NONE
 * @charge: (owned) (nullable): for a large answer: what the answer is charged to
 *
 * A server's answer to a request, and what has to be known of it, found in one walk over a text
 * that may have 30 MiB.
 */
typedef struct
{
  McpJsonrpcMessage *message;
  gboolean is_error;
  char *reason;
  gboolean wants_input;
  gboolean is_task;
  McpJsonSlice task_id;
  McpAnswerCharge *charge;
} McpServerAnswer;

/* To look at an answer of this size takes long enough to have a thread for it. */
#define MCP_SERVER_ANSWER_LARGE_BYTES (256 * 1024)

McpServerAnswer *mcp_server_answer_new (McpJsonrpcMessage *message);
McpServerAnswer *mcp_server_answer_copy (const McpServerAnswer *self);
void mcp_server_answer_free (McpServerAnswer *self);
gboolean mcp_server_answer_is_large (McpJsonrpcMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpServerAnswer, mcp_server_answer_free)

G_END_DECLS
