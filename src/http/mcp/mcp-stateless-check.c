/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Requests of 2026-07-28 on /mcp: which they are (basic/versioning, "Backward
 * Compatibility"), and whether they say all that they must
 * (basic/transports/streamable-http, "Server Validation").
 */
#include "http/mcp/mcp-stateless-check.h"

#include "common/mcp-names.h"
#include "http/mcp/mcp-stateless-headers.h"
#include "protocol/mcp-header-value.h"
#include "protocol/mcp-revision.h"

#include <string.h>

static gboolean
find_meta (McpJsonrpcMessage *message, McpJsonSlice *meta)
{
  McpJsonSlice params = mcp_jsonrpc_message_get_params (message);

  return params.data != NULL && mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, meta);
}

/**
 * mcp_stateless_check_is_stateless:
 * @http: a POST to /mcp
 * @message: its body
 *
 * What the body says counts first, then an initialize or a session, then the headers.
 *
 * Returns: whether it is of 2026-07-28
 */
gboolean
mcp_stateless_check_is_stateless (McpHttpRequest *http, McpJsonrpcMessage *message)
{
  const char *method = mcp_jsonrpc_message_get_method (message);
  McpJsonSlice value;
  McpJsonSlice meta;

  if (find_meta (message, &meta) && (mcp_json_find (meta, MCP_META_PROTOCOL_VERSION, &value) ||
                                     mcp_json_find (meta, MCP_META_CLIENT_CAPABILITIES, &value)))
    return TRUE;
  if (g_strcmp0 (method, "initialize") == 0 ||
      mcp_http_request_get_header (http, MCP_HEADER_SESSION_ID) != NULL)
    return FALSE;
  return mcp_stateless_headers_present (http);
}

static gboolean
refuse (McpRpcRefusal *refusal, int code, const char *text)
{
  return mcp_rpc_refusal_set (refusal, 400, code, text);
}

static gboolean
check_meta (McpJsonrpcMessage *message, McpJsonSlice *version, McpRpcRefusal *refusal)
{
  McpJsonSlice value;
  McpJsonSlice meta;

  if (!find_meta (message, &meta) ||
      !mcp_json_find_typed (meta, MCP_META_PROTOCOL_VERSION, MCP_JSON_STRING, version))
    return refuse (refusal, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                   "“_meta” needs a string “" MCP_META_PROTOCOL_VERSION "”");
  if (!mcp_json_find_typed (meta, MCP_META_CLIENT_CAPABILITIES, MCP_JSON_OBJECT, &value))
    return refuse (refusal, MCP_JSONRPC_ERROR_INVALID_PARAMS,
                   "“_meta” needs an object “" MCP_META_CLIENT_CAPABILITIES "”");
  return TRUE;
}

static gboolean
check_version (McpHttpRequest *http, McpJsonSlice version, McpRpcRefusal *refusal)
{
  const char *header = mcp_http_request_get_header (http, MCP_HEADER_PROTOCOL);
  g_autofree char *text = mcp_json_dup_string (version);

  if (header == NULL || text == NULL || strcmp (header, text) != 0)
    return refuse (refusal, MCP_ERROR_CODE_HEADER_MISMATCH,
                   MCP_HEADER_PROTOCOL " is missing, or differs from the request's “_meta”");
  if (mcp_revision_is_stateless (mcp_revision_from_string (text)))
    return TRUE;

  mcp_rpc_refusal_set_version (refusal, text);
  return FALSE;
}

static gboolean
check_name (McpHttpRequest *http, McpJsonrpcMessage *message, McpRpcRefusal *refusal)
{
  const char *param = mcp_header_value_find_name_param (mcp_jsonrpc_message_get_method (message));
  const char *header = mcp_http_request_get_header (http, MCP_HEADER_NAME);
  g_autofree char *decoded = NULL;
  McpJsonSlice value;

  if (param == NULL || !mcp_json_find_typed (mcp_jsonrpc_message_get_params (message), param,
                                             MCP_JSON_STRING, &value))
    return TRUE;

  decoded = header != NULL ? mcp_header_value_decode (header) : NULL;
  if (decoded == NULL || !mcp_json_string_equal (value, decoded))
    return refuse (refusal, MCP_ERROR_CODE_HEADER_MISMATCH,
                   MCP_HEADER_NAME " is missing, or differs from the request");
  return TRUE;
}

static gboolean
check_headers (McpHttpRequest *http, McpJsonrpcMessage *message, McpRpcRefusal *refusal)
{
  const char *method = mcp_http_request_get_header (http, MCP_HEADER_METHOD);
  g_autofree char *trimmed = method != NULL ? g_strstrip (g_strdup (method)) : NULL;

  if (g_strcmp0 (trimmed, mcp_jsonrpc_message_get_method (message)) != 0)
    return refuse (refusal, MCP_ERROR_CODE_HEADER_MISMATCH,
                   MCP_HEADER_METHOD " is missing, or differs from the request's method");
  return check_name (http, message, refusal);
}

/**
 * mcp_stateless_check_request:
 * @http: a POST to /mcp
 * @message: its body, a request of 2026-07-28
 * @refusal: (out): why not
 *
 * Returns: whether it says all that it must
 */
gboolean
mcp_stateless_check_request (McpHttpRequest *http,
                             McpJsonrpcMessage *message,
                             McpRpcRefusal *refusal)
{
  McpJsonSlice version;

  return check_meta (message, &version, refusal) && check_version (http, version, refusal) &&
         check_headers (http, message, refusal);
}

/**
 * mcp_stateless_check_dup_client:
 * @message: a request of 2026-07-28
 *
 * Returns: (transfer full) (nullable): how its client calls itself
 */
char *
mcp_stateless_check_dup_client (McpJsonrpcMessage *message)
{
  McpJsonSlice meta;
  McpJsonSlice info;
  McpJsonSlice name;

  if (!find_meta (message, &meta) ||
      !mcp_json_find_typed (meta, MCP_META_CLIENT_INFO, MCP_JSON_OBJECT, &info) ||
      !mcp_json_find_typed (info, "name", MCP_JSON_STRING, &name))
    return NULL;
  return mcp_json_dup_string (name);
}
