/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

/*
 * What is accepted as a message keeps its rules, and what is built from its
 * parts is a message again, on one line.
 */

static const McpJsonrpcLimits limits = { 64, 100000, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };

static McpJsonSlice
text_slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static gboolean
slices_equal (McpJsonSlice a, McpJsonSlice b)
{
  return a.length == b.length && memcmp (a.data, b.data, a.length) == 0;
}

static McpJsonrpcMessage *
reparse (GBytes *message)
{
  g_autoptr (GBytes) owned = message;
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *parsed;
  gsize size;
  const char *data = g_bytes_get_data (owned, &size);

  g_assert_null (memchr (data, '\n', size));
  g_assert_null (memchr (data, '\r', size));
  parsed = mcp_jsonrpc_message_parse (owned, &limits, NULL, &error);
  g_assert_no_error (error);
  return parsed;
}

static McpJsonSlice
scan_object (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  mcp_json_scan (text, strlen (text), limits.max_depth, limits.max_values + 2, limits.flags, &root,
                 &error);
  g_assert_no_error (error);
  g_assert_cmpint (mcp_json_get_type (root), ==, MCP_JSON_OBJECT);
  return root;
}

static void
check_replace (McpJsonSlice object)
{
  g_autofree char *with = mcp_json_edit_replace_member (object, "k", text_slice ("[7]"));
  g_autofree char *without =
      mcp_json_edit_replace_member (scan_object (with), "k", MCP_JSON_SLICE_NONE);
  McpJsonSlice value;

  g_assert_true (mcp_json_find (scan_object (with), "k", &value));
  g_assert_true (slices_equal (value, text_slice ("[7]")));
  g_assert_false (mcp_json_find (scan_object (without), "k", &value));
}

static void
check_token (const char *params, const char *token)
{
  McpJsonSlice meta = MCP_JSON_SLICE_NONE;
  McpJsonSlice value = MCP_JSON_SLICE_NONE;

  mcp_json_find (scan_object (params), "_meta", &meta);
  if (token == NULL)
    {
      g_assert_false (mcp_json_find (meta, "progressToken", &value));
      return;
    }
  g_assert_true (mcp_json_find (meta, "progressToken", &value));
  g_assert_true (slices_equal (value, text_slice (token)));
}

static void
check_call (McpJsonrpcMessage *message, gboolean is_request)
{
  const char *method = mcp_jsonrpc_message_get_method (message);
  McpJsonSlice params = mcp_jsonrpc_message_get_params (message);
  g_autofree char *with = mcp_jsonrpc_params_with_token (params, text_slice ("5"));
  g_autofree char *without = mcp_jsonrpc_params_with_token (params, MCP_JSON_SLICE_NONE);
  g_autofree char *again = mcp_jsonrpc_params_with_token (text_slice (with), MCP_JSON_SLICE_NONE);
  g_autoptr (McpJsonrpcMessage) request = NULL;
  g_autoptr (McpJsonrpcMessage) notification = NULL;

  g_assert_nonnull (method);
  g_assert_true (is_request == (mcp_jsonrpc_message_get_id (message).data != NULL));
  check_token (with, "5");
  check_token (without, NULL);
  check_token (again, NULL);
  if (params.data != NULL)
    check_replace (params);

  request = reparse (mcp_jsonrpc_build_request (9, method, params));
  g_assert_cmpstr (mcp_jsonrpc_message_get_method (request), ==, method);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (request), ==, MCP_JSONRPC_REQUEST);
  notification = reparse (mcp_jsonrpc_build_notification (method, text_slice (without)));
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (notification), ==, MCP_JSONRPC_NOTIFICATION);
}

static void
check_result (McpJsonrpcMessage *message)
{
  McpJsonSlice id = mcp_jsonrpc_message_get_id (message);
  g_autoptr (McpJsonrpcMessage) again =
      reparse (mcp_jsonrpc_build_result (id, mcp_jsonrpc_message_get_result (message)));

  g_assert_true (slices_equal (mcp_jsonrpc_message_get_id (again), id));
  g_assert_cmpuint (mcp_jsonrpc_message_get_result (again).length, ==,
                    mcp_jsonrpc_message_get_result (message).length);
}

static void
check_failure (McpJsonrpcMessage *message)
{
  int code = mcp_jsonrpc_message_get_error_code (message);
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (message);
  g_autofree char *text_again = NULL;
  g_autoptr (McpJsonrpcMessage) again = NULL;
  McpJsonSlice data;

  g_assert_true (g_utf8_validate (text, -1, NULL));
  mcp_json_find (mcp_jsonrpc_message_get_error (message), "data", &data);
  again =
      reparse (mcp_jsonrpc_build_error (mcp_jsonrpc_message_get_id (message), code, text, data));
  text_again = mcp_jsonrpc_message_dup_error_text (again);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (again), ==, code);
  g_assert_cmpstr (text_again, ==, text);
}

static void
check_id (const char *id)
{
  McpJsonSlice root;

  g_assert_true (mcp_json_scan (id, strlen (id), 0, 1, limits.flags, &root, NULL));
  g_assert_true (mcp_json_get_type (root) == MCP_JSON_STRING ||
                 mcp_json_get_type (root) == MCP_JSON_NUMBER);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) text = g_bytes_new_static (data, size);
  g_autoptr (McpJsonrpcMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  message = mcp_jsonrpc_message_parse (text, &limits, &id, &error);
  if (id != NULL)
    check_id (id);
  if (message == NULL)
    {
      g_assert_true (error->domain == MCP_JSONRPC_ERROR);
      return 0;
    }

  switch (mcp_jsonrpc_message_get_kind (message))
    {
    case MCP_JSONRPC_REQUEST:
      check_call (message, TRUE);
      break;
    case MCP_JSONRPC_NOTIFICATION:
      check_call (message, FALSE);
      break;
    case MCP_JSONRPC_RESULT:
      check_result (message);
      break;
    case MCP_JSONRPC_FAILURE:
      check_failure (message);
      break;
    }
  return 0;
}
