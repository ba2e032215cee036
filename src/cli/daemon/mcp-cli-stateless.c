/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * MCP 2026-07-28 says over HTTP some of a message in headers too (basic/transports/streamable-http,
 * "Request metadata"); a stdio client has no headers, so they are made of the message.
 */
#include "cli/daemon/mcp-cli-stateless.h"

#include "cli/terminal/mcp-cli-json.h"
#include "common/mcp-names.h"

#include <string.h>

#define META_PROTOCOL_VERSION "io.modelcontextprotocol/protocolVersion"

/**
 * mcp_cli_stateless_dup_revision:
 * @message: from a client
 *
 * Returns: (transfer full) (nullable): the revision that the message itself names, which only
 *   stateless clients' do
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

static const char *
find_name_key (const char *method)
{
  static const struct
  {
    const char *method;
    const char *key;
  } keys[] = {
    { "tools/call", "name" },  { "prompts/get", "name" },    { "resources/read", "uri" },
    { "tasks/get", "taskId" }, { "tasks/update", "taskId" }, { "tasks/cancel", "taskId" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].method, method) == 0)
      return keys[i].key;
  return NULL;
}

/* What a header cannot hold as it is. */
static gboolean
needs_encoding (const char *value)
{
  gsize length = strlen (value);

  if (length == 0 || value[0] == ' ' || value[length - 1] == ' ' ||
      g_str_has_prefix (value, "=?base64?"))
    return length > 0;
  for (const char *at = value; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || (guchar) *at > 0x7e)
      return TRUE;
  return FALSE;
}

/**
 * mcp_cli_stateless_set_header:
 * @headers: of a request
 * @name: of a header field
 * @value: its text, in UTF-8; encoded where a header cannot hold it
 */
void
mcp_cli_stateless_set_header (SoupMessageHeaders *headers, const char *name, const char *value)
{
  if (needs_encoding (value))
    {
      g_autofree char *base64 = g_base64_encode ((const guchar *) value, strlen (value));
      g_autofree char *encoded = g_strdup_printf ("=?base64?%s?=", base64);

      soup_message_headers_replace (headers, name, encoded);
    }
  else
    {
      soup_message_headers_replace (headers, name, value);
    }
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
  const char *key = find_name_key (method);

  if (revision != NULL)
    mcp_cli_stateless_set_header (headers, MCP_HEADER_PROTOCOL, revision);
  mcp_cli_stateless_set_header (headers, "Mcp-Method", method);
  if (key != NULL)
    name = mcp_cli_json_dup_member (mcp_jsonrpc_message_get_params (message), key);
  if (name != NULL)
    mcp_cli_stateless_set_header (headers, "Mcp-Name", name);
}
