/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-server-answer.h"

#include "protocol/mcp-json-edit.h"

static const char *const names[] = { "isError", "resultType", "task", NULL };
enum
{
  FIELD_IS_ERROR,
  FIELD_RESULT_TYPE,
  FIELD_TASK,
};

static void
look_at_result (McpServerAnswer *self)
{
  McpJsonFields fields;

  mcp_json_fields_find (&fields, mcp_jsonrpc_message_get_result (self->message), names);
  self->is_error = mcp_json_fields_has_type (&fields, FIELD_IS_ERROR, MCP_JSON_BOOLEAN) &&
                   mcp_json_get_boolean (fields.fields[FIELD_IS_ERROR].value);
  if (mcp_json_fields_has_type (&fields, FIELD_RESULT_TYPE, MCP_JSON_STRING))
    {
      self->wants_input = mcp_json_fields_equal (&fields, FIELD_RESULT_TYPE, "input_required");
      self->is_task = mcp_json_fields_equal (&fields, FIELD_RESULT_TYPE, "task");
    }
  if (mcp_json_fields_has_type (&fields, FIELD_TASK, MCP_JSON_OBJECT) &&
      !mcp_json_find_typed (fields.fields[FIELD_TASK].value, "taskId", MCP_JSON_STRING,
                            &self->task_id))
    self->task_id = MCP_JSON_SLICE_NONE;
}

/**
 * mcp_server_answer_new:
 * @message: a response of a server
 *
 * Any thread.
 *
 * Returns: (transfer full): the answer, looked at
 */
McpServerAnswer *
mcp_server_answer_new (McpJsonrpcMessage *message)
{
  McpServerAnswer *self = g_new0 (McpServerAnswer, 1);

  self->message = mcp_jsonrpc_message_ref (message);
  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT)
    look_at_result (self);
  else
    self->is_error = TRUE;
  return self;
}

/**
 * mcp_server_answer_copy:
 * @self: the answer
 *
 * Returns: (transfer full): the same, to be kept; shares the message
 */
McpServerAnswer *
mcp_server_answer_copy (const McpServerAnswer *self)
{
  McpServerAnswer *copy = g_memdup2 (self, sizeof *self);

  mcp_jsonrpc_message_ref (copy->message);
  return copy;
}

/**
 * mcp_server_answer_free:
 * @self: (transfer full): the answer
 */
void
mcp_server_answer_free (McpServerAnswer *self)
{
  mcp_jsonrpc_message_unref (self->message);
  g_free (self);
}

/**
 * mcp_server_answer_is_large:
 * @message: a response of a server
 *
 * Returns: whether to look at it, or to write it for a client, is work for a thread
 */
gboolean
mcp_server_answer_is_large (McpJsonrpcMessage *message)
{
  return g_bytes_get_size (mcp_jsonrpc_message_get_text (message)) >= MCP_SERVER_ANSWER_LARGE_BYTES;
}
