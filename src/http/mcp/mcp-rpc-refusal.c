/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-rpc-refusal.h"

#include "http/mcp/mcp-stateless-headers.h"
#include "http/request/mcp-http-reply.h"
#include "protocol/mcp-revision.h"

#include <string.h>

/**
 * mcp_rpc_refusal_set:
 * @self: (out caller-allocates): a refusal
 * @status: of HTTP
 * @code: of the JSON-RPC error
 * @text: for people; static
 *
 * Returns: %FALSE, for the caller to return
 */
gboolean
mcp_rpc_refusal_set (McpRpcRefusal *self, guint status, int code, const char *text)
{
  *self = (McpRpcRefusal){ .status = status, .code = code, .text = text };
  return FALSE;
}

/**
 * mcp_rpc_refusal_set_version:
 * @self: (out caller-allocates): says which revisions are spoken, in a form that clients of all
 *   revisions understand
 * @requested: the revision that is not spoken; UTF-8
 */
void
mcp_rpc_refusal_set_version (McpRpcRefusal *self, const char *requested)
{
  const char *const *revisions = mcp_revision_list ();
  GString *data = g_string_new ("{\"supported\":[");

  for (gsize i = 0; revisions[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (data, ',');
      mcp_json_append_string (data, revisions[i]);
    }
  g_string_append (data, "],\"requested\":");
  mcp_json_append_string (data, requested);
  g_string_append_c (data, '}');

  mcp_rpc_refusal_set (self, 400, MCP_ERROR_CODE_UNSUPPORTED_VERSION,
                       "Unsupported protocol version");
  self->data = g_string_free (data, FALSE);
}

/**
 * mcp_rpc_refusal_reply:
 * @self: why
 * @http: the request that is refused
 * @id: the id of the JSON-RPC request; may be none
 *
 * Answers a request on /mcp with a JSON-RPC error.
 */
void
mcp_rpc_refusal_reply (const McpRpcRefusal *self, McpHttpRequest *http, McpJsonSlice id)
{
  McpJsonSlice data = MCP_JSON_SLICE_NONE;
  g_autoptr (GBytes) body = NULL;

  if (self->data != NULL)
    data = (McpJsonSlice){ self->data, strlen (self->data) };
  if (id.data == NULL && mcp_stateless_headers_present (http))
    body = mcp_jsonrpc_build_anonymous_error (self->code, self->text);
  else
    body = mcp_jsonrpc_build_error (id, self->code, self->text, data);
  mcp_http_reply_json (http, self->status, body);
}

/**
 * mcp_rpc_refusal_reply_text:
 * @http: the request that is refused
 * @id: the id of the JSON-RPC request; may be none
 * @status: of HTTP
 * @code: of the JSON-RPC error
 * @text: for people
 *
 * As mcp_rpc_refusal_reply().
 */
void
mcp_rpc_refusal_reply_text (McpHttpRequest *http,
                            McpJsonSlice id,
                            guint status,
                            int code,
                            const char *text)
{
  const McpRpcRefusal refusal = { .status = status, .code = code, .text = text };

  mcp_rpc_refusal_reply (&refusal, http, id);
}

/**
 * mcp_rpc_refusal_clear:
 * @self: a refusal, or zeroes
 */
void
mcp_rpc_refusal_clear (McpRpcRefusal *self)
{
  g_clear_pointer (&self->data, g_free);
}
