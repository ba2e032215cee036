/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The params of a request on their way to a server.
 */
#include "protocol/mcp-params.h"

#include <string.h>

static McpJsonSlice
slice (const char *text)
{
  return (McpJsonSlice){ text, strlen (text) };
}

static McpJsonrpcMessage *
parse_request (const char *params)
{
  const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 1000 };
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"%s}", params);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  McpJsonrpcMessage *message = mcp_jsonrpc_message_parse (bytes, &limits, NULL, NULL);

  g_assert_nonnull (message);
  return message;
}

static void
assert_request (McpParams *params, const char *token, const char *meta, const char *expected)
{
  g_autoptr (GBytes) message = mcp_params_build_request (
      params, 7, "tools/call", token != NULL ? slice (token) : MCP_JSON_SLICE_NONE, meta);
  g_autofree char *text = g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  g_autofree char *whole = g_strdup_printf (
      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":%s}", expected);

  g_assert_cmpstr (text, ==, whole);
}

static void
test_bytes (void)
{
  g_autoptr (McpJsonrpcMessage) message = parse_request (
      ",\"params\":{\"name\":\"a\", \"arguments\":{\"n\":1.50,\"big\":12345678901234567890}}");
  g_autoptr (McpParams) params = mcp_params_new (message);

  g_test_summary ("What is not changed stays the bytes that the client wrote");
  mcp_params_set_string (params, MCP_PARAM_NAME, "b\"");
  assert_request (params, NULL, NULL,
                  "{\"name\":\"b\\\"\", \"arguments\":{\"n\":1.50,\"big\":12345678901234567890}}");
}

static void
test_none (void)
{
  g_autoptr (McpJsonrpcMessage) message = parse_request ("");
  g_autoptr (McpParams) params = mcp_params_new (message);

  g_test_summary ("A request without params gets an empty object, to which members are added");
  assert_request (params, NULL, NULL, "{}");
  mcp_params_set (params, MCP_PARAM_TASK, g_strdup ("{}"));
  assert_request (params, "5", NULL, "{\"task\":{},\"_meta\":{\"progressToken\":5}}");
}

static void
test_meta (void)
{
  g_autoptr (McpJsonrpcMessage) message = parse_request (
      ",\"params\":{\"_meta\":{\"progressToken\":\"the client's\",\"mine\":1},\"name\":\"a\"}");
  g_autoptr (McpJsonrpcMessage) bare =
      parse_request (",\"params\":{\"_meta\":{\"progressToken\":1},\"name\":\"a\"}");
  g_autoptr (McpParams) params = mcp_params_new (message);
  g_autoptr (McpParams) nothing_left = mcp_params_new (bare);

  g_test_summary (
      "What belongs to the client's hop does not go on, and takes an empty “_meta” with "
      "it; what the client keeps there does");
  assert_request (params, NULL, NULL, "{\"_meta\":{\"mine\":1},\"name\":\"a\"}");
  assert_request (params, "7", "\"more\":2",
                  "{\"_meta\":{\"mine\":1,\"progressToken\":7,\"more\":2},\"name\":\"a\"}");
  assert_request (nothing_left, NULL, NULL, "{\"name\":\"a\"}");
}

static void
test_copy (void)
{
  g_autoptr (McpJsonrpcMessage) message = parse_request (",\"params\":{\"name\":\"a\"}");
  g_autoptr (McpParams) params = mcp_params_new (message);
  g_autoptr (McpParams) round = NULL;
  McpJsonSlice value;

  g_test_summary ("A copy has the changes of its original, and its own");
  mcp_params_set_string (params, MCP_PARAM_NAME, "b");
  round = mcp_params_copy (params);
  mcp_params_set (round, MCP_PARAM_REQUEST_STATE, g_strdup ("\"s\""));
  assert_request (round, NULL, NULL, "{\"name\":\"b\",\"requestState\":\"s\"}");
  assert_request (params, NULL, NULL, "{\"name\":\"b\"}");
  g_assert_true (mcp_params_find (round, "name", &value));
  g_assert_true (mcp_json_string_equal (value, "b"));
  g_assert_false (mcp_params_get (params, MCP_PARAM_REQUEST_STATE, &value));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/params/bytes", test_bytes);
  g_test_add_func ("/protocol/params/none", test_none);
  g_test_add_func ("/protocol/params/meta", test_meta);
  g_test_add_func ("/protocol/params/copy", test_copy);
  return g_test_run ();
}
