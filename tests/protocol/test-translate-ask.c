/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-translate.h"

#include <string.h>

#define FORM     "{\"elicitation\":{}}"
#define URL      "{\"elicitation\":{\"url\":{}}}"
#define BOTH     "{\"elicitation\":{\"form\":{},\"url\":{}}}"
#define SAMPLING "{\"sampling\":{}}"

static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  mcp_json_scan (text, strlen (text), 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
  return root;
}

/* @expected: %NULL: the params stay. */
static void
check_asked (const char *method,
             const char *params,
             McpRevision to,
             const char *capabilities,
             const char *expected)
{
  g_autofree char *text = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      mcp_translate_ask (method, scan (params), to, capabilities, &text, &required, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (required, ==, NULL);
  if (text != NULL)
    scan (text);
}

static void
check_refused (const char *method,
               const char *params,
               McpRevision to,
               const char *capabilities,
               McpJsonrpcError code,
               const char *expected)
{
  g_autofree char *text = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (
      mcp_translate_ask (method, scan (params), to, capabilities, &text, &required, &error));
  g_assert_error (error, MCP_JSONRPC_ERROR, (int) code);
  g_assert_cmpstr (text, ==, NULL);
  g_assert_cmpstr (required, ==, expected);
}

static void
test_capabilities (void)
{
  g_test_summary ("A client is asked only what it declared, and what it lacks is named");
  check_refused ("elicitation/create", "{}", MCP_REVISION_2025_11_25, "{}",
                 MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, FORM);
  check_refused ("elicitation/create", "{\"mode\":\"url\"}", MCP_REVISION_2026_07_28, "{}",
                 MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, URL);
  check_refused ("elicitation/create", "{}", MCP_REVISION_2025_03_26, FORM,
                 MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, FORM);
  check_refused ("sampling/createMessage", "{}", MCP_REVISION_2024_11_05, "{\"sampling\":true}",
                 MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, SAMPLING);
  check_refused ("roots/list", "{}", MCP_REVISION_2026_07_28, SAMPLING,
                 MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "{\"roots\":{}}");
  check_asked ("roots/list", "{}", MCP_REVISION_2024_11_05, "{\"roots\":{}}", NULL);
  check_asked ("sampling/createMessage", "{}", MCP_REVISION_2024_11_05, SAMPLING, NULL);
}

static void
test_other_method (void)
{
  g_test_summary ("Clients are asked nothing else");
  check_refused ("ping", "{}", MCP_REVISION_2026_07_28, BOTH, MCP_JSONRPC_ERROR_METHOD_NOT_FOUND,
                 NULL);
}

static void
test_no_params (void)
{
  g_autofree char *text = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A request may have no params");
  g_assert_true (mcp_translate_ask ("roots/list", MCP_JSON_SLICE_NONE, MCP_REVISION_2026_07_28,
                                    "{\"roots\":{}}", &text, &required, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, NULL);
}

static void
test_modes (void)
{
  g_test_summary ("A mode of elicitation is used where it is declared; no word means a form");
  for (McpRevision to = MCP_REVISION_2025_11_25; to <= MCP_REVISION_2026_07_28; to++)
    {
      check_asked ("elicitation/create", "{\"message\":\"m\"}", to, FORM, NULL);
      check_asked ("elicitation/create", "{\"mode\":\"form\"}", to, BOTH, NULL);
      check_refused ("elicitation/create", "{\"mode\":\"form\"}", to, URL,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, "{\"elicitation\":{\"form\":{}}}");
      check_refused ("elicitation/create", "{\"mode\":\"url\"}", to, FORM,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, URL);
      check_refused ("elicitation/create", "{\"mode\":\"voice\"}", to, BOTH,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
      check_refused ("elicitation/create", "{\"mode\":null}", to, BOTH,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
    }
  check_refused ("elicitation/create", "{\"mode\":\"url\"}", MCP_REVISION_2025_06_18, BOTH,
                 MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
}

static void
test_url (void)
{
  g_autofree char *text = NULL;
  g_autofree char *required = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  McpJsonSlice value;

  g_test_summary ("Elicitation by URL has an id in 2025-11-25 and none in 2026-07-28");
  check_asked ("elicitation/create", "{\"mode\":\"url\",\"elicitationId\":\"e\",\"url\":\"u\"}",
               MCP_REVISION_2026_07_28, URL, "{\"mode\":\"url\",\"url\":\"u\"}");
  check_asked ("elicitation/create", "{\"mode\":\"url\",\"url\":\"u\"}", MCP_REVISION_2026_07_28,
               URL, NULL);
  check_asked ("elicitation/create", "{\"mode\":\"url\",\"elicitationId\":\"e\"}",
               MCP_REVISION_2025_11_25, URL, NULL);

  g_assert_true (mcp_translate_ask ("elicitation/create", scan ("{\"mode\":\"url\"}"),
                                    MCP_REVISION_2025_11_25, URL, &text, &required, &error));
  g_assert_no_error (error);
  g_assert_true (mcp_json_find_typed (scan (text), "elicitationId", MCP_JSON_STRING, &value));
  id = mcp_json_dup_string (value);
  g_assert_true (g_uuid_string_is_valid (id));
}

static void
check_form (const char *properties, const char *expected)
{
  g_autofree char *params = g_strdup_printf (
      "{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\",\"properties\":%s}}",
      properties);
  g_autofree char *changed =
      expected != NULL
          ? g_strdup_printf (
                "{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\",\"properties\":%s}}",
                expected)
          : NULL;

  check_asked ("elicitation/create", params, MCP_REVISION_2025_11_25, FORM, NULL);
  check_asked ("elicitation/create", params, MCP_REVISION_2026_07_28, FORM, NULL);
  check_asked ("elicitation/create", params, MCP_REVISION_2025_06_18, FORM, changed);
}

static void
test_old_form (void)
{
  g_test_summary ("A form is put as 2025-06-18 knows forms");
  check_form ("{\"a\":{\"type\":\"string\",\"minLength\":1}}", NULL);
  check_form ("{\"a\":{\"type\":\"boolean\",\"default\":true}}", NULL);
  check_form ("{\"a\":{\"type\":\"string\",\"default\":\"x\",\"title\":\"A\"},"
              "\"b\":{\"default\":1.0,\"type\":\"number\"},\"c\":{\"type\":\"boolean\"}}",
              "{\"a\":{\"type\":\"string\",\"title\":\"A\"},"
              "\"b\":{\"type\":\"number\"},\"c\":{\"type\":\"boolean\"}}");
  check_form ("{\"a\":{\"type\":\"string\",\"enum\":[\"x\"],\"default\":\"x\"}}",
              "{\"a\":{\"type\":\"string\",\"enum\":[\"x\"]}}");
  check_form ("{\"a\":{\"oneOf\":[{\"const\":\"x\",\"title\":\"X\"},{\"const\":\"y\"}],"
              "\"type\":\"string\",\"default\":\"x\"}}",
              "{\"a\":{\"type\":\"string\",\"enum\":[\"x\",\"y\"],"
              "\"enumNames\":[\"X\",\"y\"]}}");
  check_asked ("elicitation/create", "{\"mode\":\"form\",\"message\":\"m\"}",
               MCP_REVISION_2025_06_18, FORM, "{\"message\":\"m\"}");
}

static void
test_old_form_inexpressible (void)
{
  static const char *const properties[] = {
    "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"x\"]}}",
    "{\"type\":\"string\",\"default\":\"1\",\"oneOf\":[{\"const\":1}]}",
    "{\"oneOf\":{}}",
    "true",
  };

  g_test_summary ("What 2025-06-18 has no words for is refused, not left out");
  for (gsize i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      g_autofree char *params = g_strdup_printf (
          "{\"requestedSchema\":{\"properties\":{\"z\":{\"default\":1},\"a\":%s}}}", properties[i]);

      check_refused ("elicitation/create", params, MCP_REVISION_2025_06_18, FORM,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
      check_asked ("elicitation/create", params, MCP_REVISION_2025_11_25, FORM, NULL);
    }
}

static void
test_sampling_tools (void)
{
  static const char *const params[] = { "{\"tools\":[]}", "{\"toolChoice\":{}}" };

  g_test_summary ("Tools in sampling are declared apart, and new in 2025-11-25");
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    {
      check_asked ("sampling/createMessage", params[i], MCP_REVISION_2026_07_28,
                   "{\"sampling\":{\"tools\":{}}}", NULL);
      check_refused ("sampling/createMessage", params[i], MCP_REVISION_2026_07_28, SAMPLING,
                     MCP_JSONRPC_ERROR_INVALID_PARAMS, "{\"sampling\":{\"tools\":{}}}");
      check_refused ("sampling/createMessage", params[i], MCP_REVISION_2025_06_18,
                     "{\"sampling\":{\"tools\":{}}}", MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
      check_refused ("sampling/createMessage", params[i], MCP_REVISION_2025_11_25, "{}",
                     MCP_JSONRPC_ERROR_METHOD_NOT_FOUND, "{\"sampling\":{\"tools\":{}}}");
    }
}

static void
test_sampling_messages (void)
{
  const char *several =
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
      "{\"type\":\"audio\",\"mimeType\":\"x\"}]},"
      "{\"role\":\"assistant\",\"content\":{\"type\":\"text\"}}],\"maxTokens\":1}";

  g_test_summary ("A message of several items is several messages to who knows no arrays");
  check_asked ("sampling/createMessage", several, MCP_REVISION_2025_11_25, SAMPLING, NULL);
  check_asked ("sampling/createMessage", several, MCP_REVISION_2025_06_18, SAMPLING,
               "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"a\"}},"
               "{\"role\":\"user\",\"content\":{\"type\":\"audio\",\"mimeType\":\"x\"}},"
               "{\"role\":\"assistant\",\"content\":{\"type\":\"text\"}}],\"maxTokens\":1}");
  check_asked (
      "sampling/createMessage",
      "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"audio\",\"mimeType\":\"x\"}}]}",
      MCP_REVISION_2024_11_05, SAMPLING,
      "{\"messages\":[{\"role\":\"user\",\"content\":"
      "{\"type\":\"text\",\"text\":\"[audio: x]\"}}]}");
  check_refused ("sampling/createMessage",
                 "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"}]}]}",
                 MCP_REVISION_2025_06_18, SAMPLING, MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
  check_refused ("sampling/createMessage",
                 "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"tool_use\"}}]}",
                 MCP_REVISION_2025_06_18, SAMPLING, MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
  check_refused ("sampling/createMessage", "{\"messages\":[{\"role\":\"user\",\"content\":[]}]}",
                 MCP_REVISION_2025_06_18, SAMPLING, MCP_JSONRPC_ERROR_INVALID_PARAMS, NULL);
}

static void
test_meta (void)
{
  g_test_summary ("What belongs to the hop from the server does not reach the client");
  check_asked ("roots/list", "{\"_meta\":{\"progressToken\":1}}", MCP_REVISION_2025_11_25,
               "{\"roots\":{}}", "{}");
  check_asked ("roots/list", "{\"_meta\":{\"progressToken\":1,\"traceparent\":\"t\"}}",
               MCP_REVISION_2026_07_28, "{\"roots\":{}}", "{\"_meta\":{\"traceparent\":\"t\"}}");
  check_asked ("elicitation/create",
               "{\"_meta\":{\"progressToken\":1},\"mode\":\"url\",\"elicitationId\":\"e\"}",
               MCP_REVISION_2026_07_28, URL, "{\"mode\":\"url\"}");
}

/* Answers */

static void
check_answer (const char *method,
              const char *result,
              McpRevision from,
              McpRevision to,
              const char *expected)
{
  g_autofree char *text = mcp_translate_ask_result (method, scan (result), from, to);

  g_assert_cmpstr (text, ==, expected);
  if (text != NULL)
    scan (text);
}

static void
test_sampled (void)
{
  const char *several =
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\"},{\"type\":\"text\","
      "\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}],\"model\":\"m\"}";

  g_test_summary ("To a server that knows no arrays, what was sampled is their first item");
  for (McpRevision from = MCP_REVISION_2025_11_25; from <= MCP_REVISION_2026_07_28; from++)
    {
      check_answer ("sampling/createMessage", several, from, MCP_REVISION_2025_11_25, NULL);
      check_answer ("sampling/createMessage", several, from, MCP_REVISION_2026_07_28, NULL);
      check_answer ("sampling/createMessage", several, from, MCP_REVISION_2025_06_18,
                    "{\"role\":\"assistant\",\"content\":{\"type\":\"text\",\"text\":\"a\"},"
                    "\"model\":\"m\"}");
      check_answer ("sampling/createMessage", "{\"content\":[]}", from, MCP_REVISION_2025_06_18,
                    "{\"content\":{\"type\":\"text\",\"text\":\"\"}}");
      check_answer (
          "sampling/createMessage", "{\"content\":[{\"type\":\"audio\",\"mimeType\":\"x\"}]}", from,
          MCP_REVISION_2024_11_05, "{\"content\":{\"type\":\"text\",\"text\":\"[audio: x]\"}}");
    }
  check_answer ("sampling/createMessage", "{\"content\":{\"type\":\"audio\",\"mimeType\":\"x\"}}",
                MCP_REVISION_2025_03_26, MCP_REVISION_2024_11_05,
                "{\"content\":{\"type\":\"text\",\"text\":\"[audio: x]\"}}");
}

static void
test_answers (void)
{
  g_test_summary ("Other answers stay as they are, but for what belongs to the client's hop");
  check_answer ("elicitation/create", "{\"action\":\"accept\",\"content\":{\"a\":1.0}}",
                MCP_REVISION_2026_07_28, MCP_REVISION_2025_06_18, NULL);
  check_answer ("elicitation/create", "{\"resultType\":\"complete\",\"action\":\"cancel\"}",
                MCP_REVISION_2026_07_28, MCP_REVISION_2025_11_25, "{\"action\":\"cancel\"}");
  check_answer ("roots/list", "{\"roots\":[],\"_meta\":{\"progressToken\":1}}",
                MCP_REVISION_2025_11_25, MCP_REVISION_2026_07_28, "{\"roots\":[]}");
  check_answer ("roots/list", "[]", MCP_REVISION_2025_11_25, MCP_REVISION_2026_07_28, NULL);
}

/* Capabilities */

static void
check_declared (const char *capabilities, McpRevision to, const char *expected)
{
  g_autofree char *text = mcp_translate_client_capabilities (scan (capabilities), to);

  g_assert_cmpstr (text, ==, expected);
  scan (text);
}

static void
test_declared (void)
{
  const char *all = "{\"experimental\":{},\"tasks\":{},\"roots\":{\"listChanged\":true},"
                    "\"sampling\":{\"context\":{},\"tools\":{},\"x\":{}},"
                    "\"elicitation\":{\"url\":{},\"form\":{\"a\":1}},"
                    "\"extensions\":{\"other\":{},\"io.modelcontextprotocol/tasks\":{\"b\":2}}}";

  g_test_summary ("A server is told of what its revision knows and we relay");
  check_declared (all, MCP_REVISION_2024_11_05,
                  "{\"roots\":{\"listChanged\":true},\"sampling\":{}}");
  check_declared (all, MCP_REVISION_2025_03_26,
                  "{\"roots\":{\"listChanged\":true},\"sampling\":{}}");
  check_declared (all, MCP_REVISION_2025_06_18,
                  "{\"roots\":{\"listChanged\":true},\"sampling\":{},\"elicitation\":{}}");
  check_declared (all, MCP_REVISION_2025_11_25,
                  "{\"roots\":{\"listChanged\":true},\"sampling\":{\"context\":{},\"tools\":{}},"
                  "\"elicitation\":{\"form\":{\"a\":1},\"url\":{}}}");
  check_declared (all, MCP_REVISION_2026_07_28,
                  "{\"roots\":{},\"sampling\":{\"context\":{},\"tools\":{}},"
                  "\"elicitation\":{\"form\":{\"a\":1},\"url\":{}},"
                  "\"extensions\":{\"io.modelcontextprotocol/tasks\":{\"b\":2}}}");
}

static void
test_declared_little (void)
{
  g_test_summary ("Nothing is declared for a client that it did not declare");
  check_declared ("{}", MCP_REVISION_2026_07_28, "{}");
  check_declared ("[]", MCP_REVISION_2025_11_25, "{}");
  check_declared ("{\"roots\":true,\"sampling\":1,\"extensions\":{}}", MCP_REVISION_2026_07_28,
                  "{}");
  check_declared (FORM, MCP_REVISION_2026_07_28, FORM);
  check_declared (FORM, MCP_REVISION_2025_06_18, FORM);
  check_declared (URL, MCP_REVISION_2025_11_25, URL);
  /* a client of URLs has no forms, and before there was nothing else */
  check_declared (URL, MCP_REVISION_2025_06_18, "{}");
  check_declared ("{\"roots\":{\"listChanged\":false}}", MCP_REVISION_2025_11_25, "{\"roots\":{}}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/translate/ask/capabilities", test_capabilities);
  g_test_add_func ("/protocol/translate/ask/other-method", test_other_method);
  g_test_add_func ("/protocol/translate/ask/no-params", test_no_params);
  g_test_add_func ("/protocol/translate/ask/modes", test_modes);
  g_test_add_func ("/protocol/translate/ask/url", test_url);
  g_test_add_func ("/protocol/translate/ask/old-form", test_old_form);
  g_test_add_func ("/protocol/translate/ask/old-form-inexpressible", test_old_form_inexpressible);
  g_test_add_func ("/protocol/translate/ask/sampling-tools", test_sampling_tools);
  g_test_add_func ("/protocol/translate/ask/sampling-messages", test_sampling_messages);
  g_test_add_func ("/protocol/translate/ask/meta", test_meta);
  g_test_add_func ("/protocol/translate/answer/sampled", test_sampled);
  g_test_add_func ("/protocol/translate/answer/others", test_answers);
  g_test_add_func ("/protocol/translate/capabilities/declared", test_declared);
  g_test_add_func ("/protocol/translate/capabilities/little", test_declared_little);
  return g_test_run ();
}
