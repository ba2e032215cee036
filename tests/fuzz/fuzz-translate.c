/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-target.h"
#include "protocol/mcp-jsonrpc.h"
#include "protocol/mcp-translate.h"

#include <string.h>

/*
 * Whatever is accepted from one side, what is made of it for a revision of the
 * other is accepted too, on one line, and nothing is left to change in it.
 */

#define MAX_DEPTH   64
#define MAX_VALUES  10000
#define SERVER_INFO "{\"name\":\"us\",\"version\":\"1\"}"

static const char *const methods[] = {
  "tools/call",          "prompts/get",      "resources/read",       "tools/list",
  "completion/complete", "logging/setLevel", "subscriptions/listen",
};
static const char *const asks[] = { "elicitation/create", "sampling/createMessage", "roots/list" };
static const char *const capabilities[] = {
  "{}",
  "{\"elicitation\":{},\"sampling\":{},\"roots\":{}}",
  "{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{\"tools\":{}},\"roots\":{}}",
};

/* Some values and levels more than came in may come out: names of servers, keys of requests. */
static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  g_assert_null (strpbrk (text, "\n\r"));
  mcp_json_scan (text, strlen (text), MAX_DEPTH + 4, MAX_VALUES * 4 + 20,
                 MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &root, &error);
  g_assert_no_error (error);
  return root;
}

static void
check_result (McpJsonSlice value, McpRevision to)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *text = mcp_translate_result (methods[i], value, to, SERVER_INFO);
      g_autofree char *again = NULL;

      if (text == NULL)
        continue;
      again = mcp_translate_result (methods[i], scan (text), to, SERVER_INFO);
      g_assert_cmpstr (again, ==, NULL);
    }
}

static void
check_definition (McpJsonSlice value, McpRevision to)
{
  static const char *const lists[] = { "tools/list", "resources/list" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *text = mcp_translate_definition (lists[i], value, to);
      g_autofree char *again = NULL;

      if (text == NULL)
        continue;
      again = mcp_translate_definition (lists[i], scan (text), to);
      g_assert_cmpstr (again, ==, NULL);
    }
}

static void
check_error (McpJsonSlice value, McpRevision to)
{
  static const int codes[] = { -32002, -32042, -32602, -32021 };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *data = NULL;
      int code;
      gboolean is_changed =
          mcp_translate_error ("resources/read", codes[i], value, "a:b", to, &code, &data);

      g_assert_true (is_changed == (code != codes[i] || data != NULL));
      if (data != NULL)
        scan (data);
    }
}

static void
check_ask (McpJsonSlice value, const char *method, McpRevision to, const char *declared)
{
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  g_autofree char *required = NULL;
  g_autoptr (GError) error = NULL;

  if (!mcp_translate_ask (method, value, to, declared, &text, &required, &error))
    {
      g_assert_true (error->domain == MCP_JSONRPC_ERROR);
      g_assert_null (text);
      if (required != NULL)
        scan (required);
      return;
    }
  g_assert_no_error (error);
  g_assert_null (required);
  if (text == NULL)
    return;
  g_assert_true (mcp_translate_ask (method, scan (text), to, declared, &again, &required, &error));
  g_assert_cmpstr (again, ==, NULL);
}

static void
check_client (McpJsonSlice value, McpRevision to)
{
  g_autofree char *declared = mcp_translate_client_capabilities (value, to);
  g_autofree char *again = mcp_translate_client_capabilities (scan (declared), to);

  g_assert_cmpstr (again, ==, declared);
  for (gsize i = 0; i < G_N_ELEMENTS (asks); i++)
    {
      g_autofree char *answer =
          mcp_translate_ask_result (asks[i], value, MCP_REVISION_2026_07_28, to);

      if (answer != NULL)
        scan (answer);
      for (gsize j = 0; j < G_N_ELEMENTS (capabilities); j++)
        check_ask (value, asks[i], to, capabilities[j]);
    }
}

static void
check_progress (McpJsonSlice value, McpRevision to)
{
  g_autofree char *text = mcp_translate_progress (value, to);

  if (text != NULL)
    scan (text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *requests = NULL;
  McpJsonSlice value;

  if (!mcp_json_scan ((const char *) data, size, MAX_DEPTH, MAX_VALUES,
                      MCP_JSON_SCAN_ALLOW_LONE_SURROGATES, &value, NULL))
    return 0;

  for (McpRevision to = MCP_REVISION_2024_11_05; to <= MCP_REVISION_2026_07_28; to++)
    {
      check_result (value, to);
      check_definition (value, to);
      check_error (value, to);
      check_client (value, to);
      check_progress (value, to);
    }
  requests = mcp_translate_url_elicitations (value);
  if (requests != NULL)
    scan (requests);
  return 0;
}
