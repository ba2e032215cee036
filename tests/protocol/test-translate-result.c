/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-translate.h"

#include <string.h>

#define SERVER_INFO "{\"name\":\"us\",\"version\":\"1\"}"
#define META        "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO "}"

static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  mcp_json_scan (text, strlen (text), 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
  return root;
}

static void
check_response (const char *method, const char *result, McpRevision to, const char *expected)
{
  g_autoptr (GBytes) message =
      mcp_translate_response (scan ("\"id\""), method, scan (result), to, SERVER_INFO);
  g_autofree char *wanted =
      g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":\"id\",\"result\":%s}", expected);

  g_assert_cmpmem (g_bytes_get_data (message, NULL), g_bytes_get_size (message), wanted,
                   strlen (wanted));
}

/* @expected: %NULL: nothing changes. Checks that a second pass changes nothing more, too. */
static void
check_result (const char *method, const char *result, McpRevision to, const char *expected)
{
  g_autofree char *text = mcp_translate_result (method, scan (result), to, SERVER_INFO);
  g_autofree char *again = NULL;

  g_assert_cmpstr (text, ==, expected);
  if (strchr (result, '\n') == NULL)
    check_response (method, result, to, expected != NULL ? expected : result);
  if (text == NULL)
    return;
  again = mcp_translate_result (method, scan (text), to, SERVER_INFO);
  g_assert_cmpstr (again, ==, NULL);
}

static void
check_definition (const char *list_method, const char *item, McpRevision to, const char *expected)
{
  g_autofree char *text = mcp_translate_definition (list_method, scan (item), to);

  g_assert_cmpstr (text, ==, expected);
  if (text != NULL)
    scan (text);
}

static void
test_modern (void)
{
  g_test_summary ("A client of 2026-07-28 is told the result's type and the server's name");
  check_result ("tools/call", "{\"content\":[]}", MCP_REVISION_2026_07_28,
                "{\"content\":[],\"resultType\":\"complete\"," META "}");
  check_result ("completion/complete", "{\"completion\":{\"values\":[\"a\"],\"total\":1.0}}",
                MCP_REVISION_2026_07_28,
                "{\"completion\":{\"values\":[\"a\"],\"total\":1.0},"
                "\"resultType\":\"complete\"," META "}");
  check_result ("tools/call", "{}", MCP_REVISION_2026_07_28,
                "{\"resultType\":\"complete\"," META "}");
  check_result ("tools/call", "{ }", MCP_REVISION_2026_07_28,
                "{ \"resultType\":\"complete\"," META "}");
}

static void
test_server_info (void)
{
  g_test_summary ("Our name takes the place of the server's, and a hop's own members go");
  check_result ("tools/call",
                "{\"_meta\":{\"a\":1.50,\"io.modelcontextprotocol/serverInfo\":{\"name\":\"s\"},"
                "\"io.modelcontextprotocol/logLevel\":\"info\"},\"resultType\":\"x\"}",
                MCP_REVISION_2026_07_28,
                "{\"_meta\":{\"a\":1.50,\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO
                "},\"resultType\":\"x\"}");
  check_result ("tools/call", "{\"_meta\":null,\"resultType\":\"x\"}", MCP_REVISION_2026_07_28,
                "{" META ",\"resultType\":\"x\"}");
  check_result ("tools/call", "{\"_meta\":{},\"resultType\":\"x\"}", MCP_REVISION_2026_07_28,
                "{" META ",\"resultType\":\"x\"}");
}

static void
test_no_server_info (void)
{
  g_autofree char *unnamed = NULL;
  g_autofree char *stripped = NULL;

  g_test_summary ("Without a name from the gateway, the name from the server is passed on");
  unnamed = mcp_translate_result ("tools/call", scan ("{\"resultType\":\"x\"}"),
                                  MCP_REVISION_2026_07_28, NULL);
  g_assert_cmpstr (unnamed, ==, NULL);
  stripped = mcp_translate_result (
      "tools/call",
      scan ("{\"resultType\":\"x\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{}}}"),
      MCP_REVISION_2026_07_28, NULL);
  g_assert_cmpstr (stripped, ==, "{\"resultType\":\"x\"}");
}

static void
test_subscription_id (void)
{
  g_test_summary ("Only the result of subscriptions/listen says which subscription it ends");
  check_result ("subscriptions/listen",
                "{\"resultType\":\"complete\",\"_meta\":"
                "{\"io.modelcontextprotocol/subscriptionId\":7}}",
                MCP_REVISION_2026_07_28,
                "{\"resultType\":\"complete\",\"_meta\":"
                "{\"io.modelcontextprotocol/subscriptionId\":7,"
                "\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO "}}");
  check_result ("tools/call",
                "{\"resultType\":\"complete\",\"_meta\":"
                "{\"io.modelcontextprotocol/subscriptionId\":7}}",
                MCP_REVISION_2026_07_28, "{\"resultType\":\"complete\"," META "}");
}

static void
test_hints (void)
{
  static const char *const methods[] = { "server/discover", "tools/list",
                                         "prompts/list",    "resources/list",
                                         "resources/read",  "resources/templates/list" };

  g_test_summary ("The six results that may be cached say how long and by whom");
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    check_result (
        methods[i], "{\"a\":1}", MCP_REVISION_2026_07_28,
        "{\"a\":1,\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"," META "}");
  check_result ("tools/list", "{\"cacheScope\":\"public\",\"ttlMs\":5}", MCP_REVISION_2026_07_28,
                "{\"cacheScope\":\"public\",\"ttlMs\":5,\"resultType\":\"complete\"," META "}");
  check_result ("resources/read", "{\"resultType\":\"input_required\",\"requestState\":\"s\"}",
                MCP_REVISION_2026_07_28,
                "{\"resultType\":\"input_required\",\"requestState\":\"s\"," META "}");
  check_result ("prompts/get", "{\"resultType\":\"complete\"}", MCP_REVISION_2026_07_28,
                "{\"resultType\":\"complete\"," META "}");
}

static void
test_legacy (void)
{
  g_test_summary ("A client before 2026-07-28 does not see what 2026-07-28 has added");
  for (McpRevision to = MCP_REVISION_2024_11_05; to < MCP_REVISION_2026_07_28; to++)
    {
      check_result ("tools/list",
                    "{\"resultType\":\"complete\",\"ttlMs\":3,\"tools\":[],"
                    "\"cacheScope\":\"public\"," META "}",
                    to, "{\"tools\":[]}");
      check_result ("tools/list", "{\"tools\":[], \"resultType\":\"complete\", \"x\":1e2}", to,
                    "{\"tools\":[], \"x\":1e2}");
      check_result (
          "tools/list",
          "{\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{},\"k\":[1]},\"tools\":[]}", to,
          "{\"_meta\":{\"k\":[1]},\"tools\":[]}");
      check_result ("completion/complete", "{\"completion\":{\"values\":[]},\"resultType\":\"c\"}",
                    to, "{\"completion\":{\"values\":[]}}");
    }
}

static void
test_empty (void)
{
  g_test_summary ("To legacy clients, results that say nothing are exactly empty");
  check_result ("logging/setLevel", "{\"resultType\":\"complete\",\"_meta\":{\"a\":1}}",
                MCP_REVISION_2025_11_25, "{}");
  check_result ("resources/subscribe", "{\"x\":1}", MCP_REVISION_2024_11_05, "{}");
  check_result ("resources/unsubscribe", "{}", MCP_REVISION_2025_06_18, NULL);
  check_result ("ping", "{\"x\":1}", MCP_REVISION_2025_03_26, "{}");
}

static void
test_identity (void)
{
  static const char *const results[] = {
    "{\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"isError\":false,\"_meta\":{\"k\":1}}",
    "{\"_meta\":{}}",
    "{\"structuredContent\":{\"a\":1},\"content\":[]}",
    "{}",
    "[1]",
    "null",
  };

  g_test_summary ("Where nothing changes, nothing is copied");
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      check_result ("tools/call", results[i], MCP_REVISION_2025_11_25, NULL);
      check_result ("prompts/get", results[i], MCP_REVISION_2025_06_18, NULL);
      check_result ("resources/read", results[i], MCP_REVISION_2024_11_05, NULL);
    }
  check_result ("tools/call", "{\"resultType\":\"complete\"," META "}", MCP_REVISION_2026_07_28,
                NULL);
}

static void
test_structured (void)
{
  const char *object = "{\"content\":[{\"type\":\"text\",\"text\":\"t\"}],"
                       "\"structuredContent\":{\"a\":1.0}}";
  const char *array = "{\"structuredContent\":[1, \"x\\n\"],\"content\":[]}";

  g_test_summary ("Structured content is an object as of 2025-06-18, nothing before, else text");
  check_result ("tools/call", object, MCP_REVISION_2025_11_25, NULL);
  check_result ("tools/call", object, MCP_REVISION_2025_06_18, NULL);
  check_result ("tools/call", object, MCP_REVISION_2025_03_26,
                "{\"content\":[{\"type\":\"text\",\"text\":\"t\"}]}");
  check_result ("tools/call", array, MCP_REVISION_2025_11_25,
                "{\"content\":[{\"type\":\"text\",\"text\":\"[1, \\\"x\\\\n\\\"]\"}]}");
  check_result ("tools/call", "{\"structuredContent\":{\"a\":1}}", MCP_REVISION_2024_11_05,
                "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"a\\\":1}\"}]}");
  check_result ("tools/call", "{\"content\":7,\"structuredContent\":null}", MCP_REVISION_2025_06_18,
                "{\"content\":[{\"type\":\"text\",\"text\":\"null\"}]}");
}

static void
test_structured_with_link (void)
{
  g_test_summary ("A link that is put in words is no copy of structured content");
  check_result ("tools/call",
                "{\"content\":[{\"type\":\"resource_link\",\"uri\":\"u:\"}],"
                "\"structuredContent\":{\"a\":1}}",
                MCP_REVISION_2025_03_26,
                "{\"content\":[{\"type\":\"text\",\"text\":\"u:\"},"
                "{\"type\":\"text\",\"text\":\"{\\\"a\\\":1}\"}]}");
}

static void
test_content (void)
{
  const char *mixed = "{\"content\":[{\"type\":\"image\",\"data\":\"\"}, "
                      "{\"type\":\"resource_link\",\"name\":\"n\\u0041\",\"uri\":\"f:\\/x\"},"
                      "{\"type\":\"audio\",\"mimeType\":\"audio/wav\",\"data\":\"AA\","
                      "\"annotations\":{\"priority\":1.0}}]}";

  g_test_summary ("Links and audio are put in words for clients that do not know them");
  check_result ("tools/call", mixed, MCP_REVISION_2025_06_18, NULL);
  check_result ("tools/call", mixed, MCP_REVISION_2025_03_26,
                "{\"content\":[{\"type\":\"image\",\"data\":\"\"}, "
                "{\"type\":\"text\",\"text\":\"n\\u0041: f:\\/x\"},"
                "{\"type\":\"audio\",\"mimeType\":\"audio/wav\",\"data\":\"AA\","
                "\"annotations\":{\"priority\":1.0}}]}");
  check_result ("tools/call", mixed, MCP_REVISION_2024_11_05,
                "{\"content\":[{\"type\":\"image\",\"data\":\"\"}, "
                "{\"type\":\"text\",\"text\":\"n\\u0041: f:\\/x\"},"
                "{\"type\":\"text\",\"text\":\"[audio: audio/wav]\","
                "\"annotations\":{\"priority\":1.0}}]}");
  check_result ("resources/read", mixed, MCP_REVISION_2024_11_05, NULL);
}

static void
test_prompt (void)
{
  const char *prompt = "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"resource_link\","
                       "\"uri\":\"a:b\"}},7,{\"role\":\"user\",\"content\":{\"type\":\"audio\"}}]}";

  g_test_summary ("The messages of prompts follow the same rules");
  check_result ("prompts/get", prompt, MCP_REVISION_2025_06_18, NULL);
  check_result ("prompts/get", prompt, MCP_REVISION_2025_03_26,
                "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
                "\"text\":\"a:b\"}},7,{\"role\":\"user\",\"content\":{\"type\":\"audio\"}}]}");
  check_result ("prompts/get", prompt, MCP_REVISION_2024_11_05,
                "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
                "\"text\":\"a:b\"}},7,{\"role\":\"user\",\"content\":{\"type\":\"text\","
                "\"text\":\"[audio: unknown type]\"}}]}");
}

static void
test_one_line (void)
{
  g_test_summary ("A result that is written again is on one line");
  check_result ("tools/call", "{\n\"a\": 1,\n\"resultType\":\r\n\"complete\"\n}",
                MCP_REVISION_2025_11_25, "{ \"a\": 1 }");
}

static void
test_definition (void)
{
  const char *tool = "{\"name\":\"t\",\"title\":\"T\",\"icons\":[],\"execution\":{},"
                     "\"inputSchema\":{\"type\":\"object\",\"x-mcp-header\":\"A\",\"title\":\"S\"},"
                     "\"outputSchema\":{\"type\":\"object\"},\"annotations\":{},\"_meta\":{}}";
  const char *input = "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\","
                      "\"x-mcp-header\":\"A\",\"title\":\"S\"}";

  g_test_summary ("A tool is shown as far as the client's revision knows tools");
  for (McpRevision to = MCP_REVISION_2025_11_25; to <= MCP_REVISION_2026_07_28; to++)
    check_definition ("tools/list", tool, to,
                      "{\"name\":\"t\",\"title\":\"T\",\"icons\":[],"
                      "\"inputSchema\":{\"type\":\"object\",\"x-mcp-header\":\"A\",\"title\":\"S\"}"
                      ",\"outputSchema\":{\"type\":\"object\"},\"annotations\":{},\"_meta\":{}}");
  check_definition ("tools/list", tool, MCP_REVISION_2025_06_18,
                    "{\"name\":\"t\",\"title\":\"T\","
                    "\"inputSchema\":{\"type\":\"object\",\"x-mcp-header\":\"A\",\"title\":\"S\"},"
                    "\"outputSchema\":{\"type\":\"object\"},\"annotations\":{},\"_meta\":{}}");
  {
    g_autofree char *with_annotations = g_strconcat (input, ",\"annotations\":{}}", NULL);
    g_autofree char *plain = g_strconcat (input, "}", NULL);

    check_definition ("tools/list", tool, MCP_REVISION_2025_03_26, with_annotations);
    check_definition ("tools/list", tool, MCP_REVISION_2024_11_05, plain);
    check_definition ("tools/list", plain, MCP_REVISION_2024_11_05, NULL);
  }
}

static void
test_output_schema (void)
{
  static const char *const schemas[] = { "{\"type\":\"array\"}", "true", "{}",
                                         "{\"type\":[\"object\"]}" };

  g_test_summary ("Before 2026-07-28 a result's schema is one of an object");
  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autofree char *tool = g_strdup_printf ("{\"outputSchema\":%s,\"name\":\"t\"}", schemas[i]);

      check_definition ("tools/list", tool, MCP_REVISION_2026_07_28, NULL);
      check_definition ("tools/list", tool, MCP_REVISION_2025_11_25, "{\"name\":\"t\"}");
      check_definition ("tools/list", tool, MCP_REVISION_2025_06_18, "{\"name\":\"t\"}");
    }
}

static void
test_other_definitions (void)
{
  static const char *const methods[] = { "prompts/list", "resources/list",
                                         "resources/templates/list" };
  const char *item =
      "{\"icons\":[],\"title\":\"T\",\"name\":\"n\",\"annotations\":{},\"_meta\":{}}";

  g_test_summary ("Annotations of what is no tool are older than those of tools");
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      check_definition (methods[i], item, MCP_REVISION_2025_11_25, NULL);
      check_definition (methods[i], item, MCP_REVISION_2025_06_18,
                        "{\"title\":\"T\",\"name\":\"n\",\"annotations\":{},\"_meta\":{}}");
      check_definition (methods[i], item, MCP_REVISION_2024_11_05,
                        "{\"name\":\"n\",\"annotations\":{}}");
    }
}

static void
test_progress (void)
{
  McpJsonSlice params = scan ("{\"progress\":1.0,\"message\":\"m\",\"total\":2}");
  g_autofree char *old = mcp_translate_progress (params, MCP_REVISION_2024_11_05);
  g_autofree char *known = mcp_translate_progress (params, MCP_REVISION_2025_03_26);
  g_autofree char *without =
      mcp_translate_progress (scan ("{\"progress\":1}"), MCP_REVISION_2024_11_05);

  g_test_summary ("Progress had no message in 2024-11-05");
  g_assert_cmpstr (old, ==, "{\"progress\":1.0,\"total\":2}");
  g_assert_cmpstr (known, ==, NULL);
  g_assert_cmpstr (without, ==, NULL);
}

static void
test_large (void)
{
  g_autoptr (GString) large = g_string_new ("{\"content\":[");
  g_autofree char *text = NULL;

  g_test_summary ("Each of many items can change");
  for (guint i = 0; i < 20000; i++)
    g_string_append (large, i == 0 ? "{\"type\":\"resource_link\",\"uri\":\"u\"}"
                                   : ",{\"type\":\"resource_link\",\"uri\":\"u\"}");
  g_string_append (large, "]}");
  text = mcp_translate_result ("tools/call", scan (large->str), MCP_REVISION_2025_03_26, NULL);
  g_string_replace (large, "{\"type\":\"resource_link\",\"uri\":\"u\"}",
                    "{\"type\":\"text\",\"text\":\"u\"}", 0);
  g_assert_cmpstr (text, ==, large->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/translate/result/modern", test_modern);
  g_test_add_func ("/protocol/translate/result/server-info", test_server_info);
  g_test_add_func ("/protocol/translate/result/no-server-info", test_no_server_info);
  g_test_add_func ("/protocol/translate/result/subscription-id", test_subscription_id);
  g_test_add_func ("/protocol/translate/result/hints", test_hints);
  g_test_add_func ("/protocol/translate/result/legacy", test_legacy);
  g_test_add_func ("/protocol/translate/result/empty", test_empty);
  g_test_add_func ("/protocol/translate/result/identity", test_identity);
  g_test_add_func ("/protocol/translate/result/structured", test_structured);
  g_test_add_func ("/protocol/translate/result/structured-with-link", test_structured_with_link);
  g_test_add_func ("/protocol/translate/result/content", test_content);
  g_test_add_func ("/protocol/translate/result/prompt", test_prompt);
  g_test_add_func ("/protocol/translate/result/one-line", test_one_line);
  g_test_add_func ("/protocol/translate/result/large", test_large);
  g_test_add_func ("/protocol/translate/definition/tool", test_definition);
  g_test_add_func ("/protocol/translate/definition/output-schema", test_output_schema);
  g_test_add_func ("/protocol/translate/definition/others", test_other_definitions);
  g_test_add_func ("/protocol/translate/progress/message", test_progress);
  return g_test_run ();
}
