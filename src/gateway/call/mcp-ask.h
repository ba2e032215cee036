/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "protocol/mcp-revision.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpAsk:
 *
 * A question that a server asks its client while the server works on a request:
 * elicitation/create, sampling/createMessage or roots/list, however the question came and
 * however the client is asked. A question is answered once, or withdrawn. Main context only.
 *
 * Signals:
 *   closed (): the question was answered or withdrawn; its carrier forgets it
 */
#define MCP_TYPE_ASK (mcp_ask_get_type ())
G_DECLARE_FINAL_TYPE (McpAsk, mcp_ask, MCP, ASK, GObject)

/**
 * McpAskAnswer:
 * @result: an object; %MCP_JSON_SLICE_NONE: an error instead
 * @code: of the error
 * @text: of the error
 * @data: of the error; may be %MCP_JSON_SLICE_NONE
 *
 * The client's answer; valid during the callback.
 */
typedef struct
{
  McpJsonSlice result;
  int code;
  const char *text;
  McpJsonSlice data;
} McpAskAnswer;

typedef void (*McpAskAnswerFunc) (McpAsk *self, const McpAskAnswer *answer, gpointer user_data);

McpAsk *mcp_ask_new (const char *method,
                     McpJsonSlice params,
                     McpRevision server_revision,
                     McpAskAnswerFunc answer,
                     gpointer user_data,
                     GDestroyNotify destroy);
const char *mcp_ask_get_method (McpAsk *self);
McpJsonSlice mcp_ask_get_params (McpAsk *self);
McpRevision mcp_ask_get_server_revision (McpAsk *self);
void mcp_ask_set_repeatable (McpAsk *self);
gboolean mcp_ask_is_repeatable (McpAsk *self);
gboolean mcp_ask_is_open (McpAsk *self);
void mcp_ask_answer_result (McpAsk *self, McpJsonSlice result);
void mcp_ask_answer_error (McpAsk *self, int code, const char *text, McpJsonSlice data);
void mcp_ask_withdraw (McpAsk *self);

G_END_DECLS
