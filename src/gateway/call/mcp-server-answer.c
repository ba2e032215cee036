/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/call/mcp-server-answer.h"

#include "protocol/mcp-json-edit.h"

#include <string.h>

/* What a list of calls can show of a reason. */
#define MAX_REASON_BYTES 400

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

/* Returns: (nullable): the first text of a result */
static char *
dup_first_text (McpJsonSlice result)
{
  McpJsonSlice content, item, text;
  McpJsonIter iter;

  if (!mcp_json_find_typed (result, "content", MCP_JSON_ARRAY, &content))
    return NULL;
  mcp_json_iter_init (&iter, content);
  while (mcp_json_iter_next_element (&iter, &item))
    if (mcp_json_get_type (item) == MCP_JSON_OBJECT &&
        mcp_json_find_typed (item, "text", MCP_JSON_STRING, &text))
      return mcp_json_dup_string (text);
  return NULL;
}

/* The first line, cut at a character. */
static char *
cut (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *start = valid + strspn (valid, " \t\r\n");
  gsize length = strcspn (start, "\r\n");

  if (length > MAX_REASON_BYTES)
    length = (gsize) (g_utf8_find_prev_char (start, start + MAX_REASON_BYTES + 1) - start);
  return g_strndup (start, length);
}

/* What the tool or server says of its failure. */
static char *
dup_reason (McpJsonrpcMessage *message)
{
  g_autofree char *text = mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_RESULT
                              ? dup_first_text (mcp_jsonrpc_message_get_result (message))
                              : mcp_jsonrpc_message_dup_error_text (message);
  g_autofree char *line = text != NULL ? cut (text) : NULL;

  return line != NULL && *line != '\0' ? g_steal_pointer (&line)
                                       : g_strdup ("The tool answered with an error");
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
  if (self->is_error)
    self->reason = dup_reason (message);
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
  copy->reason = g_strdup (self->reason);
  if (copy->charge != NULL)
    mcp_answer_account_charge_ref (copy->charge);
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
  g_clear_pointer (&self->charge, mcp_answer_account_charge_unref);
  g_free (self->reason);
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
