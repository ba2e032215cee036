/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Writing messages. What is relayed stays the bytes it was, but for line ends
 * between tokens: a message must fit one line of a stdio stream, one data line
 * of an event.
 */
#include "protocol/mcp-json-edit.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/* Each belongs to one hop (2026-07-28, basic/index, "_meta") and is never relayed. */
static const char *const per_hop_keys[] = {
  "progressToken",
  "io.modelcontextprotocol/protocolVersion",
  "io.modelcontextprotocol/clientCapabilities",
  "io.modelcontextprotocol/clientInfo",
  "io.modelcontextprotocol/logLevel",
  "io.modelcontextprotocol/subscriptionId",
  "io.modelcontextprotocol/serverInfo",
};

static GString *
begin_message (void)
{
  return g_string_new ("{\"jsonrpc\":\"2.0\"");
}

static void
append_member (GString *out, const char *name, McpJsonSlice value)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  mcp_json_append_string (out, name);
  g_string_append_c (out, ':');
  mcp_json_append_slice (out, value);
}

static GBytes *
end_message (GString *out)
{
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

static void
append_method (GString *out, const char *method, McpJsonSlice params)
{
  g_string_append (out, ",\"method\":");
  mcp_json_append_string (out, method);
  if (params.data != NULL)
    append_member (out, "params", params);
}

/**
 * mcp_jsonrpc_build_request:
 * @id: minted by the sender
 * @method: valid UTF-8
 * @params: an object, or %MCP_JSON_SLICE_NONE
 *
 * Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_jsonrpc_build_request (gint64 id, const char *method, McpJsonSlice params)
{
  GString *out = begin_message ();

  g_string_append_printf (out, ",\"id\":%" G_GINT64_FORMAT, id);
  append_method (out, method, params);
  return end_message (out);
}

/**
 * mcp_jsonrpc_build_notification:
 * @method: valid UTF-8
 * @params: an object, or %MCP_JSON_SLICE_NONE
 *
 * Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_jsonrpc_build_notification (const char *method, McpJsonSlice params)
{
  GString *out = begin_message ();

  append_method (out, method, params);
  return end_message (out);
}

/**
 * mcp_jsonrpc_build_result:
 * @id: of the request, as it was written
 * @result: an object
 *
 * Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_jsonrpc_build_result (McpJsonSlice id, McpJsonSlice result)
{
  g_autoptr (GString) head = begin_message ();
  gsize length;
  char *text;

  append_member (head, "id", id);
  g_string_append (head, ",\"result\":");

  /* Results may be large, and a GString would take up to twice the room. */
  length = head->len + result.length + 1;
  text = g_malloc (length);
  memcpy (text, head->str, head->len);
  mcp_json_copy_slice (text + head->len, result);
  text[length - 1] = '}';
  return g_bytes_new_take (text, length);
}

/**
 * mcp_jsonrpc_build_error:
 * @id: of the request, as it was written; %MCP_JSON_SLICE_NONE: null, where it could not be read
 * @code: of the error
 * @message: for people; valid UTF-8
 * @data: any value, or %MCP_JSON_SLICE_NONE
 *
 * Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_jsonrpc_build_error (McpJsonSlice id, int code, const char *message, McpJsonSlice data)
{
  const McpJsonSlice null = { "null", 4 };
  GString *out = begin_message ();

  append_member (out, "id", id.data != NULL ? id : null);
  g_string_append_printf (out, ",\"error\":{\"code\":%d,\"message\":", code);
  mcp_json_append_string (out, message);
  if (data.data != NULL)
    append_member (out, "data", data);
  g_string_append_c (out, '}');
  return end_message (out);
}

/**
 * mcp_jsonrpc_build_anonymous_error:
 * @code: of the error
 * @message: for people; valid UTF-8
 *
 * An error of a request whose id could not be read, for those who do not know null as an id
 * (2025-11-25 and later, schema, "JSONRPCErrorResponse"). Any thread.
 *
 * Returns: (transfer full): the message, without a line end
 */
GBytes *
mcp_jsonrpc_build_anonymous_error (int code, const char *message)
{
  GString *out = begin_message ();

  g_string_append_printf (out, ",\"error\":{\"code\":%d,\"message\":", code);
  mcp_json_append_string (out, message);
  g_string_append_c (out, '}');
  return end_message (out);
}

static gboolean
is_per_hop (McpJsonSlice name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (per_hop_keys); i++)
    if (mcp_json_string_equal (name, per_hop_keys[i]))
      return TRUE;
  return FALSE;
}

/**
 * mcp_jsonrpc_build_meta:
 * @meta: an object as the client wrote it, or %MCP_JSON_SLICE_NONE
 * @progress_token: a string or an integer; %MCP_JSON_SLICE_NONE: none is sent
 * @members: (nullable): JSON members to add, without braces
 *
 * The "_meta" of a request for the next hop: without what belongs to the hop that the request came
 * by. Any thread.
 *
 * Returns: (transfer full) (nullable): an object's text; %NULL: the hop before leaves nothing
 */
char *
mcp_jsonrpc_build_meta (McpJsonSlice meta, McpJsonSlice progress_token, const char *members)
{
  gboolean has_removed = meta.data == NULL;
  GString *out = g_string_new ("{");
  McpJsonIter iter;
  McpJsonSlice name;
  McpJsonSlice value;

  if (meta.data != NULL)
    {
      mcp_json_iter_init (&iter, meta);
      while (mcp_json_iter_next_member (&iter, &name, &value))
        {
          if (is_per_hop (name))
            {
              has_removed = TRUE;
              continue;
            }
          if (out->len > 1)
            g_string_append_c (out, ',');
          mcp_json_append_slice (out, name);
          g_string_append_c (out, ':');
          mcp_json_append_slice (out, value);
        }
    }
  if (progress_token.data != NULL)
    append_member (out, "progressToken", progress_token);
  if (members != NULL)
    g_string_append_printf (out, "%s%s", out->len > 1 ? "," : "", members);

  if (out->len == 1 && has_removed)
    {
      g_string_free (out, TRUE);
      return NULL;
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * mcp_jsonrpc_params_with_token:
 * @params: an object, or %MCP_JSON_SLICE_NONE for an empty one
 * @progress_token: a string or an integer; %MCP_JSON_SLICE_NONE: none is sent
 *
 * The params as they go to the next hop: with its own progress token, and without
 * what belongs to the hop they came by. A "_meta" that held nothing else is left
 * out, and so is one that is no object. Any thread.
 *
 * Returns: (transfer full): an object's text
 */
char *
mcp_jsonrpc_params_with_token (McpJsonSlice params, McpJsonSlice progress_token)
{
  const McpJsonSlice empty = { "{}", 2 };
  g_autofree char *meta_text = NULL;
  McpJsonSlice meta = MCP_JSON_SLICE_NONE;

  if (params.data == NULL)
    params = empty;
  mcp_json_find_typed (params, "_meta", MCP_JSON_OBJECT, &meta);
  meta_text = mcp_jsonrpc_build_meta (meta, progress_token, NULL);

  meta.data = meta_text;
  meta.length = meta_text != NULL ? strlen (meta_text) : 0;
  return mcp_json_edit_replace_member (params, "_meta", meta);
}
