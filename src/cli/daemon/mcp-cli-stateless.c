/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Over HTTP, MCP 2026-07-28 repeats parts of a message in headers
 * (basic/transports/streamable-http, "Request metadata"). A stdio client has no headers, so they
 * are made from its message.
 */
#include "cli/daemon/mcp-cli-stateless.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"
#include "protocol/mcp-header-value.h"

#include <string.h>

#define META_PROTOCOL_VERSION "io.modelcontextprotocol/protocolVersion"

/**
 * mcp_cli_stateless_dup_revision:
 * @message: from a client
 *
 * Returns: (transfer full) (nullable): the revision in the message; only stateless clients write it
 */
char *
mcp_cli_stateless_dup_revision (McpJsonrpcMessage *message)
{
  McpJsonSlice params = MCP_JSON_SLICE_NONE, meta;

  if (mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_REQUEST ||
      mcp_jsonrpc_message_get_kind (message) == MCP_JSONRPC_NOTIFICATION)
    params = mcp_jsonrpc_message_get_params (message);
  if (params.data == NULL || !mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta))
    return NULL;
  return mcp_cli_json_dup_member (meta, META_PROTOCOL_VERSION);
}

/**
 * mcp_cli_stateless_set_header:
 * @headers: of a request
 * @name: of a header field
 * @value: its text, in UTF-8; encoded if a header cannot hold it
 */
void
mcp_cli_stateless_set_header (SoupMessageHeaders *headers, const char *name, const char *value)
{
  g_autofree char *encoded = mcp_header_value_encode (value);

  soup_message_headers_replace (headers, name, encoded);
}

/**
 * mcp_cli_stateless_add_headers:
 * @message: of a stateless client
 * @headers: of the request that carries it
 */
void
mcp_cli_stateless_add_headers (McpJsonrpcMessage *message, SoupMessageHeaders *headers)
{
  g_autofree char *revision = mcp_cli_stateless_dup_revision (message);
  g_autofree char *name = NULL;
  const char *method = mcp_jsonrpc_message_get_method (message);
  const char *key = mcp_header_value_find_name_param (method);

  if (revision != NULL)
    mcp_cli_stateless_set_header (headers, MCP_HEADER_PROTOCOL, revision);
  mcp_cli_stateless_set_header (headers, "Mcp-Method", method);
  if (key != NULL)
    name = mcp_cli_json_dup_member (mcp_jsonrpc_message_get_params (message), key);
  if (name != NULL)
    mcp_cli_stateless_set_header (headers, "Mcp-Name", name);
}
