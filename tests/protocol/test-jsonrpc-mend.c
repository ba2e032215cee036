/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc-mend.h"

#include <string.h>

static const McpJsonrpcLimits limits = { .max_depth = 64, .max_values = 1000 };

typedef struct
{
  const char *name;
  const char *text;
  McpJsonrpcKind kind;
  const char *says; /* (nullable): the words of an error, else the result */
  int code;
} Mended;

static const Mended mended[] = {
  { "right", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", MCP_JSONRPC_RESULT, "{}" },
  { "mark", "\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", MCP_JSONRPC_RESULT, "{}" },
  { "escape", "\x1b[?25h{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", MCP_JSONRPC_RESULT, "{}" },
  { "prompt", "ready> {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", MCP_JSONRPC_RESULT, "{}" },
  { "latin1", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"t\":\"caf\xe9\"}}", MCP_JSONRPC_RESULT,
    "{\"t\":\"caf\xef\xbf\xbd\"}" },
  { "nan", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"v\":[NaN,-Infinity,\"NaN\",-1]}}",
    MCP_JSONRPC_RESULT, "{\"v\":[null,null,\"NaN\",-1]}" },
  { "no-jsonrpc", "{\"id\":1,\"result\":{\"a\":1}}", MCP_JSONRPC_RESULT, "{\"a\":1}" },
  { "old-jsonrpc", "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}", MCP_JSONRPC_RESULT, "{}" },
  { "null-error", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":null}", MCP_JSONRPC_RESULT,
    "{}" },
  { "null-result",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null,\"error\":{\"code\":-32000,\"message\":\"m\"}}",
    MCP_JSONRPC_FAILURE, "m", -32000 },
  { "error-text", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"quota exceeded\"}",
    MCP_JSONRPC_FAILURE, "quota exceeded", -32603 },
  { "error-code", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"E42\",\"message\":\"m\"}}",
    MCP_JSONRPC_FAILURE, "m", -32603 },
  { "error-digits",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"-32001\",\"message\":\"m\"}}",
    MCP_JSONRPC_FAILURE, "m", -32001 },
  { "error-message", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000}}",
    MCP_JSONRPC_FAILURE, "{\"code\":-32000}", -32000 },
};

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_mended (gconstpointer data)
{
  const Mended *c = data;
  g_autoptr (GBytes) text = bytes (c->text);
  g_autofree char *id = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpJsonrpcMessage) message = mcp_jsonrpc_mend_parse (text, &limits, &id, &error);
  McpJsonSlice value;

  g_test_summary ("What a server means is taken, where there is nothing to guess");
  g_assert_no_error (error);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, c->kind);
  value = mcp_jsonrpc_message_get_id (message);
  g_assert_cmpmem (value.data, value.length, "1", 1);
  if (c->kind == MCP_JSONRPC_FAILURE)
    {
      said = mcp_jsonrpc_message_dup_error_text (message);
      g_assert_cmpint (mcp_jsonrpc_message_get_error_code (message), ==, c->code);
    }
  else
    {
      value = mcp_jsonrpc_message_get_result (message);
      said = g_strndup (value.data, value.length);
    }
  g_assert_cmpstr (said, ==, c->says);
}

static const char *const hopeless[][2] = {
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":1,\"a\":2}}", "7" },
  { "{\"result\":{\"id\":1,\"t\":\"\\\"id\\\":2\",\"a\":1,\"a\":2},\"id\" : \"x\"}", "\"x\"" },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":null}", "7" },
  { "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":\"done\"}", "7" },
  { "{not json}", NULL },
  { "hello", NULL },
  { "DEBUG {\"id\":5,\"state\":\"pending\"}", NULL },
  { "", NULL },
  { "{\"id\":", NULL },
  { "{\"id\"", NULL },
};

static void
test_hopeless (void)
{
  g_test_summary ("Of what cannot be mended the id is found, where there is one");
  for (gsize i = 0; i < G_N_ELEMENTS (hopeless); i++)
    {
      g_autoptr (GBytes) text = bytes (hopeless[i][0]);
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_jsonrpc_mend_parse (text, &limits, &id, &error));
      g_assert_nonnull (error);
      g_assert_cmpstr (id, ==, hopeless[i][1]);
    }
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("{\"jsonrpc\":\"2.0\",\"result\":{\"v\":");
  g_autoptr (GBytes) body = NULL;
  g_autofree char *id = NULL;

  g_test_summary ("An answer that is too deep to read still has its id");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (text, ']');
  g_string_append (text, "},\"id\":5}");
  body = bytes (text->str);
  g_assert_null (mcp_jsonrpc_mend_parse (body, &limits, &id, NULL));
  g_assert_cmpstr (id, ==, "5");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (mended); i++)
    {
      g_autofree char *path = g_strconcat ("/protocol/jsonrpc-mend/", mended[i].name, NULL);

      g_test_add_data_func (path, &mended[i], test_mended);
    }
  g_test_add_func ("/protocol/jsonrpc-mend/hopeless", test_hopeless);
  g_test_add_func ("/protocol/jsonrpc-mend/deep", test_deep);
  return g_test_run ();
}
