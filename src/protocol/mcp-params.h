/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpParam:
 *
 * The members of a request's params that the daemon itself writes.
 */
typedef enum
{
  MCP_PARAM_META,
  MCP_PARAM_ARGUMENTS,
  MCP_PARAM_INPUT_RESPONSES,
  MCP_PARAM_NAME,
  MCP_PARAM_REF,
  MCP_PARAM_REQUEST_STATE,
  MCP_PARAM_TASK,
  MCP_PARAM_TASK_ID,
  MCP_PARAM_URI,
} McpParam;
#define MCP_N_PARAMS (MCP_PARAM_URI + 1)

/**
 * McpParams:
 *
 * The params of a request on their way to a server: the text of the client's message, which is
 * shared and not copied, and the members that the daemon changes. The text is written once, as
 * part of the message that goes to the server. Counted; main context only.
 */
typedef struct _McpParams McpParams;

McpParams *mcp_params_new (McpJsonrpcMessage *request);
McpParams *mcp_params_new_take (char *object);
McpParams *mcp_params_copy (McpParams *self);
McpParams *mcp_params_ref (McpParams *self);
void mcp_params_unref (McpParams *self);
void mcp_params_set (McpParams *self, McpParam param, char *text);
void mcp_params_set_string (McpParams *self, McpParam param, const char *value);
gboolean mcp_params_get (McpParams *self, McpParam param, McpJsonSlice *value);
gboolean mcp_params_find (McpParams *self, const char *name, McpJsonSlice *value);
McpJsonSlice mcp_params_get_text (McpParams *self);
char *mcp_params_dup_text (McpParams *self);
GBytes *mcp_params_build_request (McpParams *self,
                                  gint64 id,
                                  const char *method,
                                  McpJsonSlice progress_token,
                                  const char *meta_members);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpParams, mcp_params_unref)

G_END_DECLS
