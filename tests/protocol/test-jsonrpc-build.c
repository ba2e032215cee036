/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

static const McpJsonrpcLimits limits = { 64, 100000, MCP_JSON_SCAN_DEFAULT };

static McpJsonSlice
slice (const char *text)
{
  return text != NULL ? (McpJsonSlice){ text, strlen (text) } : MCP_JSON_SLICE_NONE;
}

/* Takes a message; it must be one that we would accept ourselves. */
static void
assert_message (GBytes *message, const char *text)
{
  g_autoptr (GBytes) owned = message;
  g_autoptr (McpJsonrpcMessage) parsed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpmem (g_bytes_get_data (owned, NULL), g_bytes_get_size (owned), text, strlen (text));
  parsed = mcp_jsonrpc_message_parse (owned, &limits, NULL, &error);
  g_assert_no_error (error);
}

static void
test_build (void)
{
  g_test_summary ("Messages are compact, and what is relayed in them stays as it was");
  assert_message (mcp_jsonrpc_build_request (7, "tools/call", slice ("{\"a\": 1.50}")),
                  "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":"
                  "{\"a\": 1.50}}");
  assert_message (mcp_jsonrpc_build_request (G_MAXINT64, "a\"b", MCP_JSON_SLICE_NONE),
                  "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775807,\"method\":\"a\\\"b\"}");
  assert_message (mcp_jsonrpc_build_notification ("x", MCP_JSON_SLICE_NONE),
                  "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}");
  assert_message (mcp_jsonrpc_build_notification ("x", slice ("{}")),
                  "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{}}");
  assert_message (
      mcp_jsonrpc_build_result (slice ("123456789012345678901234567890"), slice ("{\"b\":[]}")),
      "{\"jsonrpc\":\"2.0\",\"id\":123456789012345678901234567890,\"result\":{\"b\":[]}}");
  assert_message (mcp_jsonrpc_build_error (slice ("\"i\""), -32602, "no “x”\n", slice ("[1]")),
                  "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"error\":{\"code\":-32602,\"message\":"
                  "\"no “x”\\n\",\"data\":[1]}}");
  assert_message (mcp_jsonrpc_build_error (MCP_JSON_SLICE_NONE, -32700, "?", MCP_JSON_SLICE_NONE),
                  "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":"
                  "\"?\"}}");
}

static void
test_one_line (void)
{
  g_autofree char *params = NULL;

  g_test_summary ("Line ends between tokens become spaces, those in strings stay escaped");
  assert_message (mcp_jsonrpc_build_result (slice ("1"), slice ("{\n\"a\":\r\n\"x\\n\"\n}")),
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{ \"a\":  \"x\\n\" }}");
  params = mcp_jsonrpc_params_with_token (slice ("{\"a\"\n:\n[\n1\n]\n}"), slice ("1"));
  g_assert_null (strchr (params, '\n'));
}

static void
test_replace (void)
{
  static const struct
  {
    const char *object;
    const char *key;
    const char *value;
    const char *result;
  } cases[] = {
    { "{}", "a", "1", "{\"a\":1}" },
    { "{}", "a", NULL, "{}" },
    { "{\"a\":1}", "a", NULL, "{}" },
    { "{\"a\":1}", "b", NULL, "{\"a\":1}" },
    { "{\"a\":1}", "b", "[2 ]", "{\"a\":1,\"b\":[2 ]}" },
    { "{ \"a\" : 1.0 , \"b\" : {\"a\" : 2} , \"c\" : 3 }", "b", "null",
      "{\"a\":1.0,\"b\":null,\"c\":3}" },
    { "{\"a\":1,\"b\":2,\"c\":3}", "a", NULL, "{\"b\":2,\"c\":3}" },
    { "{\"a\":1,\"b\":2,\"c\":3}", "c", NULL, "{\"a\":1,\"b\":2}" },
    { "{\"\\u0061\":1e2}", "a", "7", "{\"\\u0061\":7}" },
    { "{\"a\":[1,{\"b\":\"}\"}]}", "b", "0", "{\"a\":[1,{\"b\":\"}\"}],\"b\":0}" },
    { "{}", "q\"\n", "0", "{\"q\\\"\\n\":0}" },
  };

  g_test_summary ("One member is set, replaced in its place or left out; the others stay");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = mcp_json_edit_replace_member (slice (cases[i].object), cases[i].key,
                                                              slice (cases[i].value));

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_params_with_token (void)
{
  static const struct
  {
    const char *params;
    const char *token;
    const char *result;
  } cases[] = {
    { NULL, NULL, "{}" },
    { NULL, "1", "{\"_meta\":{\"progressToken\":1}}" },
    { "{}", "\"t\"", "{\"_meta\":{\"progressToken\":\"t\"}}" },
    { "{\"a\":12345678901234567890.10}", NULL, "{\"a\":12345678901234567890.10}" },
    { "{\"a\":1}", "5", "{\"a\":1,\"_meta\":{\"progressToken\":5}}" },
    { "{\"_meta\":{\"progressToken\":\"x\"},\"a\":1}", "5",
      "{\"_meta\":{\"progressToken\":5},\"a\":1}" },
    { "{\"_meta\":{\"progressToken\":\"x\"},\"a\":1}", NULL, "{\"a\":1}" },
    { "{\"_meta\":{\"progressToken\":\"x\",\"k\":{\"progressToken\":1}}}", NULL,
      "{\"_meta\":{\"k\":{\"progressToken\":1}}}" },
    { "{\"_meta\":{}}", NULL, "{\"_meta\":{}}" },
    { "{\"_meta\":7}", "1", "{\"_meta\":{\"progressToken\":1}}" },
    { "{\"_meta\":7}", NULL, "{}" },
    { "{\"\\u005fmeta\":{\"progress\\u0054oken\":1}}", NULL, "{}" },
    { "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"x\","
      "\"io.modelcontextprotocol/clientCapabilities\":{},"
      "\"io.modelcontextprotocol/clientInfo\":{},\"io.modelcontextprotocol/logLevel\":\"x\","
      "\"io.modelcontextprotocol/subscriptionId\":1,\"io.modelcontextprotocol/serverInfo\":{}}}",
      NULL, "{}" },
    { "{\"_meta\":{\"io.modelcontextprotocol/other\":1,\"traceparent\":\"00-1\"}}", "2",
      "{\"_meta\":{\"io.modelcontextprotocol/other\":1,\"traceparent\":\"00-1\","
      "\"progressToken\":2}}" },
    { "{\"arguments\":{\"_meta\":{\"progressToken\":9}}}", NULL,
      "{\"arguments\":{\"_meta\":{\"progressToken\":9}}}" },
  };

  g_test_summary ("A hop's params carry its own token, and nothing that belonged to another hop");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result =
          mcp_jsonrpc_params_with_token (slice (cases[i].params), slice (cases[i].token));

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/jsonrpc-build/build", test_build);
  g_test_add_func ("/protocol/jsonrpc-build/one-line", test_one_line);
  g_test_add_func ("/protocol/jsonrpc-build/replace", test_replace);
  g_test_add_func ("/protocol/jsonrpc-build/params-with-token", test_params_with_token);
  return g_test_run ();
}
