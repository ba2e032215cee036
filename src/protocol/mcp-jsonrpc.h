/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "protocol/mcp-json-edit.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * McpJsonrpcError:
 *
 * The codes of JSON-RPC 2.0, section 5.1; as a GError domain the code that a
 * reader of a malformed message answers with.
 */
typedef enum
{
  MCP_JSONRPC_ERROR_PARSE = -32700,
  MCP_JSONRPC_ERROR_INVALID_REQUEST = -32600,
  MCP_JSONRPC_ERROR_METHOD_NOT_FOUND = -32601,
  MCP_JSONRPC_ERROR_INVALID_PARAMS = -32602,
  MCP_JSONRPC_ERROR_INTERNAL = -32603,
} McpJsonrpcError;

#define MCP_JSONRPC_ERROR (mcp_jsonrpc_error_quark ())

GQuark mcp_jsonrpc_error_quark (void);

typedef enum
{
  MCP_JSONRPC_REQUEST,
  MCP_JSONRPC_NOTIFICATION,
  MCP_JSONRPC_RESULT,
  MCP_JSONRPC_FAILURE,
} McpJsonrpcKind;

/**
 * McpJsonrpcMessage:
 *
 * One JSON-RPC message, immutable and reference-counted: it keeps the text that
 * came in, and says where in it each part lies. Any thread may read it.
 */
#define MCP_TYPE_JSONRPC_MESSAGE (mcp_jsonrpc_message_get_type ())
typedef struct _McpJsonrpcMessage McpJsonrpcMessage;

typedef struct
{
  guint max_depth;
  guint max_values;
  McpJsonScanFlags flags;
} McpJsonrpcLimits;

GType mcp_jsonrpc_message_get_type (void);
McpJsonrpcMessage *
mcp_jsonrpc_message_parse (GBytes *text, const McpJsonrpcLimits *limits, char **id, GError **error);
McpJsonrpcMessage *mcp_jsonrpc_message_ref (McpJsonrpcMessage *self);
void mcp_jsonrpc_message_unref (McpJsonrpcMessage *self);
McpJsonrpcKind mcp_jsonrpc_message_get_kind (McpJsonrpcMessage *self);
GBytes *mcp_jsonrpc_message_get_text (McpJsonrpcMessage *self);
McpJsonSlice mcp_jsonrpc_message_get_id (McpJsonrpcMessage *self);
const char *mcp_jsonrpc_message_get_method (McpJsonrpcMessage *self);
McpJsonSlice mcp_jsonrpc_message_get_params (McpJsonrpcMessage *self);
McpJsonSlice mcp_jsonrpc_message_get_result (McpJsonrpcMessage *self);
McpJsonSlice mcp_jsonrpc_message_get_error (McpJsonrpcMessage *self);
int mcp_jsonrpc_message_get_error_code (McpJsonrpcMessage *self);
char *mcp_jsonrpc_message_dup_error_text (McpJsonrpcMessage *self);
char *mcp_jsonrpc_message_dup_error_excerpt (McpJsonrpcMessage *self);
GBytes *mcp_jsonrpc_message_ref_result (McpJsonrpcMessage *self, GError **error);

GBytes *mcp_jsonrpc_build_request (gint64 id, const char *method, McpJsonSlice params);
GBytes *mcp_jsonrpc_build_notification (const char *method, McpJsonSlice params);
GBytes *mcp_jsonrpc_build_result (McpJsonSlice id, McpJsonSlice result);
GBytes *mcp_jsonrpc_build_error (McpJsonSlice id, int code, const char *message, McpJsonSlice data);
GBytes *mcp_jsonrpc_build_anonymous_error (int code, const char *message);

/* Rewrites what is per hop in the params of a request; all other bytes stay as they are. */
char *mcp_jsonrpc_build_meta (McpJsonSlice meta, McpJsonSlice progress_token, const char *members);
char *mcp_jsonrpc_params_with_token (McpJsonSlice params, McpJsonSlice progress_token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpJsonrpcMessage, mcp_jsonrpc_message_unref)

G_END_DECLS
