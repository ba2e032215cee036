/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/dialogue/mcp-stateless-messages.h"

#include "common/mcp-names.h"
#include "config.h"
#include "upstream/config/mcp-server-config-inner.h"

#include <string.h>

#define META_PREFIX     "io.modelcontextprotocol/"
/* What the daemon itself may be told in answer to a request of its own: nothing asks back. */
#define NO_CAPABILITIES "{}"
#define BASE64_BEGIN    "=?base64?"
#define BASE64_END      "?="
#define PARAM_HEADER    "Mcp-Param-"

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, text != NULL ? strlen (text) : 0 };
}

/* MCP 2026-07-28, basic/index, “_meta”. @meta is what the client's hop leaves of its own. */
static char *
build_meta (McpJsonSlice meta, const McpProviderRequest *request)
{
  GString *out = g_string_new_len (meta.data, (gssize) meta.length - 1);

  if (meta.length > 2)
    g_string_append_c (out, ',');
  g_string_append_printf (
      out,
      "\"" META_PREFIX "protocolVersion\":\"%s\","
      "\"" META_PREFIX "clientInfo\":{\"name\":\"mcp-sessiond\",\"version\":\"" MCP_VERSION "\"},"
      "\"" META_PREFIX "clientCapabilities\":%s",
      mcp_revision_to_string (MCP_REVISION_NEWEST),
      request->capabilities != NULL ? request->capabilities : NO_CAPABILITIES);
  if (request->log_level != NULL)
    {
      g_string_append (out, ",\"" META_PREFIX "logLevel\":");
      mcp_json_append_string (out, request->log_level);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * mcp_stateless_messages_build_request:
 * @id: minted; also the progress token, where one is asked for
 * @request: what to ask
 *
 * Returns: (transfer full): the message, with all that a server is told each time
 */
GBytes *
mcp_stateless_messages_build_request (gint64 id, const McpProviderRequest *request)
{
  g_autofree char *token = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_autofree char *own_params = NULL;
  g_autofree char *meta = NULL;
  g_autofree char *params = NULL;
  McpJsonSlice old_meta;

  own_params = mcp_jsonrpc_params_with_token (
      slice (request->params), request->progress != NULL ? slice (token) : MCP_JSON_SLICE_NONE);
  if (!mcp_json_find_typed (slice (own_params), "_meta", MCP_JSON_OBJECT, &old_meta))
    old_meta = slice ("{}");
  meta = build_meta (old_meta, request);
  params = mcp_json_edit_replace_member (slice (own_params), "_meta", slice (meta));
  return mcp_jsonrpc_build_request (id, request->method, slice (params));
}

/**
 * mcp_stateless_messages_build_own_request:
 * @id: minted
 * @method: of a request that no client made
 * @params: (nullable): a JSON object
 *
 * Returns: (transfer full): the message
 */
GBytes *
mcp_stateless_messages_build_own_request (gint64 id, const char *method, const char *params)
{
  const McpProviderRequest request = { .method = method, .params = params };

  return mcp_stateless_messages_build_request (id, &request);
}

/* What a header cannot hold as it is, or would be read as something else. */
static gboolean
needs_coding (const char *value)
{
  gsize length = strlen (value);

  if (length == 0)
    return FALSE;
  if (g_ascii_isspace (value[0]) || g_ascii_isspace (value[length - 1]) ||
      (g_str_has_prefix (value, BASE64_BEGIN) && g_str_has_suffix (value, BASE64_END)))
    return TRUE;
  for (gsize i = 0; i < length; i++)
    {
      if (value[i] < 0x20 || value[i] > 0x7e)
        return TRUE;
    }
  return FALSE;
}

/**
 * mcp_stateless_messages_encode_header:
 * @value: UTF-8
 *
 * MCP 2026-07-28, basic/transports/streamable-http: what is not plain visible ASCII goes
 * as base64 between markers.
 *
 * Returns: (transfer full): the value as it stands in a header
 */
char *
mcp_stateless_messages_encode_header (const char *value)
{
  g_autofree char *base64 = NULL;

  if (!needs_coding (value))
    return g_strdup (value);
  base64 = g_base64_encode ((const guchar *) value, strlen (value));
  return g_strconcat (BASE64_BEGIN, base64, BASE64_END, NULL);
}

/* Which member of the params says what the request is about. */
static const char *
find_name_key (const char *method)
{
  if (strcmp (method, "tools/call") == 0 || strcmp (method, "prompts/get") == 0)
    return "name";
  if (strcmp (method, "resources/read") == 0)
    return "uri";
  if (g_str_has_prefix (method, "tasks/"))
    return "taskId";
  return NULL;
}

static void
add_header (GPtrArray *headers, char *name, const char *value)
{
  g_ptr_array_add (headers, name);
  g_ptr_array_add (headers, mcp_stateless_messages_encode_header (value));
}

/**
 * mcp_stateless_messages_build_headers:
 * @request: what is asked over HTTP
 *
 * Returns: (transfer full) (array zero-terminated=1): name, value, name, …
 */
char **
mcp_stateless_messages_build_headers (const McpProviderRequest *request)
{
  GPtrArray *headers = g_ptr_array_new ();
  const char *key = find_name_key (request->method);
  McpJsonSlice value;

  add_header (headers, g_strdup (MCP_HEADER_PROTOCOL),
              mcp_revision_to_string (MCP_REVISION_NEWEST));
  add_header (headers, g_strdup ("Mcp-Method"), request->method);
  if (key != NULL && request->params != NULL &&
      mcp_json_find_typed (slice (request->params), key, MCP_JSON_STRING, &value))
    {
      g_autofree char *name = mcp_json_dup_string (value);

      if (name != NULL)
        add_header (headers, g_strdup ("Mcp-Name"), name);
    }
  for (const char *const *at = request->param_headers; at != NULL && *at != NULL; at += 2)
    {
      if (mcp_server_config_is_header_name (at[0]))
        add_header (headers, g_strconcat (PARAM_HEADER, at[0], NULL), at[1]);
    }
  g_ptr_array_add (headers, NULL);
  return (char **) g_ptr_array_free (headers, FALSE);
}
