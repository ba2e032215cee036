/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "protocol/mcp-jsonrpc.h"

#include <string.h>

static const McpJsonrpcLimits default_limits = { 64, 100000, MCP_JSON_SCAN_DEFAULT };

static McpJsonrpcMessage *
parse (const char *text, char **id, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return mcp_jsonrpc_message_parse (bytes, &default_limits, id, error);
}

static McpJsonrpcMessage *
parse_ok (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonrpcMessage *message = parse (text, NULL, &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_slice (McpJsonSlice slice, const char *text)
{
  if (text == NULL)
    g_assert_null (slice.data);
  else
    g_assert_cmpmem (slice.data, slice.length, text, strlen (text));
}

static void
test_request (void)
{
  const char *text = " {\"id\": 7, \"jsonrpc\":\"2.0\",\"method\":\"tools\\/call\","
                     "\"params\": {\"name\": \"x\", \"arguments\": {}}, \"extra\":[1] } \n";
  g_autoptr (McpJsonrpcMessage) message = parse_ok (text);
  GBytes *bytes = mcp_jsonrpc_message_get_text (message);

  g_test_summary ("A request tells its id, its decoded method and its params as written");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_REQUEST);
  g_assert_cmpstr (mcp_jsonrpc_message_get_method (message), ==, "tools/call");
  assert_slice (mcp_jsonrpc_message_get_id (message), "7");
  assert_slice (mcp_jsonrpc_message_get_params (message), "{\"name\": \"x\", \"arguments\": {}}");
  assert_slice (mcp_jsonrpc_message_get_result (message), NULL);
  assert_slice (mcp_jsonrpc_message_get_error (message), NULL);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (message), ==, 0);
  g_assert_null (mcp_jsonrpc_message_dup_error_text (message));
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
test_notification (void)
{
  g_autoptr (McpJsonrpcMessage) message =
      parse_ok ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");

  g_test_summary ("A call without an id is a notification");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_NOTIFICATION);
  assert_slice (mcp_jsonrpc_message_get_id (message), NULL);
  assert_slice (mcp_jsonrpc_message_get_params (message), NULL);
}

static void
test_result (void)
{
  g_autoptr (McpJsonrpcMessage) message =
      parse_ok ("{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0062\",\"result\":{ }}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) result = mcp_jsonrpc_message_ref_result (message, &error);

  g_test_summary ("A result keeps its id as it was written");
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (result, NULL), g_bytes_get_size (result), "{ }", 3);
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_RESULT);
  g_assert_null (mcp_jsonrpc_message_get_method (message));
  assert_slice (mcp_jsonrpc_message_get_id (message), "\"a\\u0062\"");
  assert_slice (mcp_jsonrpc_message_get_result (message), "{ }");
}

static void
test_failure (void)
{
  g_autoptr (McpJsonrpcMessage) message =
      parse_ok ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\\n\","
                "\"data\":{\"a\":1}}}");
  g_autofree char *text = mcp_jsonrpc_message_dup_error_text (message);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An error tells its code and its text, and is kept whole");
  g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_FAILURE);
  g_assert_cmpint (mcp_jsonrpc_message_get_error_code (message), ==, -32601);
  g_assert_cmpstr (text, ==, "no\n");
  g_assert_null (mcp_jsonrpc_message_ref_result (message, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);
  g_assert_cmpstr (error->message, ==, "no\n");
  assert_slice (mcp_jsonrpc_message_get_error (message),
                "{\"code\":-32601,\"message\":\"no\\n\",\"data\":{\"a\":1}}");
}

static void
test_failure_of_nothing (void)
{
  static const char *const texts[] = {
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"\\u0000\"}}",
    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"\\u0000\"}}",
  };

  g_test_summary ("An error about a message whose id nobody could read has none");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (McpJsonrpcMessage) message = parse_ok (texts[i]);
      g_autofree char *text = mcp_jsonrpc_message_dup_error_text (message);

      g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_FAILURE);
      assert_slice (mcp_jsonrpc_message_get_id (message), NULL);
      g_assert_cmpstr (text, ==, "");
    }
}

static void
test_excerpt (void)
{
  static const char *const texts[] = { "no", "" };
  g_autoptr (GString) json = g_string_new ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,"
                                           "\"message\":\"");
  g_autoptr (McpJsonrpcMessage) endless = NULL;
  g_autofree char *cut = NULL;

  g_test_summary ("What is quoted of the text of an error is short, and ends with a character");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *small = g_strdup_printf ("%s%s\"}}", json->str, texts[i]);
      g_autoptr (McpJsonrpcMessage) message = parse_ok (small);
      g_autofree char *text = mcp_jsonrpc_message_dup_error_excerpt (message);

      g_assert_cmpstr (text, ==, texts[i]);
    }
  for (guint i = 0; i < 1000; i++)
    g_string_append (json, "a\u00e4");
  g_string_append (json, "\"}}");
  endless = parse_ok (json->str);
  cut = mcp_jsonrpc_message_dup_error_excerpt (endless);
  g_assert_cmpuint (strlen (cut), <=, 1024);
  g_assert_cmpuint (strlen (cut), >, 1000);
  g_assert_true (g_utf8_validate (cut, -1, NULL));
}

static void
test_ids (void)
{
  static const char *const good[] = { "0",    "-1",          "123456789012345678901234567890",
                                      "\"\"", "\"\\u0000\"", "\"7\"" };
  static const char *const bad[] = {
    "null", "true", "1.0", "1e2",
    "1E2",  "[1]",  "{}",  "1234567890123456789012345678901234567890123456789012345678901234567890"
  };

  g_test_summary ("Ids are strings or integers of any size, kept as written; nothing else is one");
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"x\"}", good[i]);
      g_autoptr (McpJsonrpcMessage) message = parse_ok (text);

      g_assert_cmpint (mcp_jsonrpc_message_get_kind (message), ==, MCP_JSONRPC_REQUEST);
      assert_slice (mcp_jsonrpc_message_get_id (message), good[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"x\"}", bad[i]);
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (text, &id, &error));
      g_assert_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST);
      g_assert_null (id);
    }
}

static void
test_long_string_id (void)
{
  g_autofree char *long_id = g_strnfill (1100, 'i');
  g_autofree char *text =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"x\"}", long_id);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An id that would be a burden to keep and echo is refused");
  g_assert_null (parse (text, NULL, &error));
  g_assert_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_INVALID_REQUEST);
}

static const struct
{
  const char *text;
  int code;
  const char *id;
} malformed[] = {
  { "", MCP_JSONRPC_ERROR_PARSE, NULL },
  { "{", MCP_JSONRPC_ERROR_PARSE, NULL },
  { "{\"id\":1,\"id\":2}", MCP_JSONRPC_ERROR_PARSE, NULL },
  { "{\"id\":1} x", MCP_JSONRPC_ERROR_PARSE, NULL },
  { "1", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "\"jsonrpc\"", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "[]", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}]", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "{}", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "{\"id\":1,\"method\":\"x\"}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"x\"}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"1.0\",\"id\":\"a\",\"method\":\"x\"}", MCP_JSONRPC_ERROR_INVALID_REQUEST,
    "\"a\"" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\\u0000\"}", MCP_JSONRPC_ERROR_INVALID_REQUEST,
    "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":[1]}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":\"\"}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"result\":{}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"error\":{\"code\":1,\"message\":\"\"}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":1,\"message\":\"\"}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"result\":{}}", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}", MCP_JSONRPC_ERROR_INVALID_REQUEST, NULL },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":1}", MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"1\",\"message\":\"\"}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1.5,\"message\":\"\"}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3000000000,\"message\":\"\"}}",
    MCP_JSONRPC_ERROR_INVALID_REQUEST, "1" },
  { "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1}}", MCP_JSONRPC_ERROR_INVALID_REQUEST,
    "1" },
};

static void
test_no_params (void)
{
  static const char *const nothing[] = { "null", "[]", "[ ]" };

  g_test_summary ("Params that are null or an empty array are none");
  for (gsize i = 0; i < G_N_ELEMENTS (nothing); i++)
    {
      g_autofree char *text = g_strdup_printf (
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":%s}", nothing[i]);
      g_autoptr (McpJsonrpcMessage) message = parse_ok (text);

      assert_slice (mcp_jsonrpc_message_get_params (message), NULL);
    }
}

static void
test_malformed (void)
{
  g_test_summary ("What is no message is refused with its code, and with the id where it has one");
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", malformed[i].text);
      g_assert_null (parse (malformed[i].text, &id, &error));
      g_assert_error (error, MCP_JSONRPC_ERROR, malformed[i].code);
      g_assert_cmpstr (id, ==, malformed[i].id);
    }
}

static void
test_limits (void)
{
  static const char text[] =
      "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"a\":[\"\\ud800\"]}}";
  static const McpJsonrpcLimits shallow = { 2, 100, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  static const McpJsonrpcLimits few = { 3, 5, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  static const McpJsonrpcLimits strict = { 3, 6, MCP_JSON_SCAN_DEFAULT };
  static const McpJsonrpcLimits enough = { 3, 6, MCP_JSON_SCAN_ALLOW_LONE_SURROGATES };
  static const McpJsonrpcLimits *const refusing[] = { &shallow, &few, &strict };
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (McpJsonrpcMessage) message = NULL;

  g_test_summary ("The limits given are the ones that hold");
  for (gsize i = 0; i < G_N_ELEMENTS (refusing); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_jsonrpc_message_parse (bytes, refusing[i], NULL, &error));
      g_assert_error (error, MCP_JSONRPC_ERROR, MCP_JSONRPC_ERROR_PARSE);
    }
  message = mcp_jsonrpc_message_parse (bytes, &enough, NULL, NULL);
  g_assert_nonnull (message);
}

static void
test_boxed (void)
{
  g_autoptr (McpJsonrpcMessage) message =
      parse_ok ("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"a\":1}}");
  g_auto (GValue) value = G_VALUE_INIT;
  McpJsonrpcMessage *kept;

  g_test_summary ("A message travels in a GValue, and outlives the text's other owners");
  g_value_init (&value, MCP_TYPE_JSONRPC_MESSAGE);
  g_value_set_boxed (&value, message);
  kept = g_value_get_boxed (&value);
  g_assert_true (kept == message);
  g_clear_pointer (&message, mcp_jsonrpc_message_unref);
  assert_slice (mcp_jsonrpc_message_get_params (kept), "{\"a\":1}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/jsonrpc/request", test_request);
  g_test_add_func ("/protocol/jsonrpc/notification", test_notification);
  g_test_add_func ("/protocol/jsonrpc/result", test_result);
  g_test_add_func ("/protocol/jsonrpc/failure", test_failure);
  g_test_add_func ("/protocol/jsonrpc/excerpt", test_excerpt);
  g_test_add_func ("/protocol/jsonrpc/failure-of-nothing", test_failure_of_nothing);
  g_test_add_func ("/protocol/jsonrpc/ids", test_ids);
  g_test_add_func ("/protocol/jsonrpc/long-string-id", test_long_string_id);
  g_test_add_func ("/protocol/jsonrpc/malformed", test_malformed);
  g_test_add_func ("/protocol/jsonrpc/no-params", test_no_params);
  g_test_add_func ("/protocol/jsonrpc/limits", test_limits);
  g_test_add_func ("/protocol/jsonrpc/boxed", test_boxed);
  return g_test_run ();
}
