/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-translate.h"

#include <string.h>

#define NOT_FOUND  -32002
#define INVALID    -32602
#define INTERNAL   -32603
#define URL_NEEDED -32042

static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  if (text == NULL)
    return MCP_JSON_SLICE_NONE;
  mcp_json_scan (text, strlen (text), 64, 100000, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
  return root;
}

typedef struct
{
  const char *method;
  int code;
  const char *data;
  McpRevision to;
  int new_code;
  const char *new_data; /* (nullable): it stays */
} Expectation;

/* The URI is the client's: "c:1". */
static void
check (const Expectation *expected, gsize n_expected)
{
  for (gsize i = 0; i < n_expected; i++)
    {
      g_autofree char *data = NULL;
      int code = 0;
      gboolean is_changed =
          mcp_translate_error (expected[i].method, expected[i].code, scan (expected[i].data), "c:1",
                               expected[i].to, &code, &data);

      g_test_message ("%" G_GSIZE_FORMAT ": %d to %d", i, expected[i].code, expected[i].to);
      g_assert_cmpint (code, ==, expected[i].new_code);
      g_assert_cmpstr (data, ==, expected[i].new_data);
      g_assert_true (is_changed == (code != expected[i].code || data != NULL));
      scan (data);
    }
}

static void
test_not_found (void)
{
  static const Expectation expected[] = {
    { "resources/read", NOT_FOUND, NULL, MCP_REVISION_2026_07_28, INVALID, "{\"uri\":\"c:1\"}" },
    { "resources/read", NOT_FOUND, "\"gone\"", MCP_REVISION_2026_07_28, INVALID,
      "{\"uri\":\"c:1\"}" },
    { "resources/read", NOT_FOUND, "{\"uri\":\"s:1\",\"n\":1.0}", MCP_REVISION_2026_07_28, INVALID,
      "{\"uri\":\"c:1\",\"n\":1.0}" },
    { "resources/read", INVALID, "{\"n\":1}", MCP_REVISION_2026_07_28, INVALID,
      "{\"n\":1,\"uri\":\"c:1\"}" },
    { "resources/read", INVALID, "{\"uri\":\"c:1\"}", MCP_REVISION_2026_07_28, INVALID, NULL },
    { "resources/read", INVALID, "{\"uri\":\"c:1\"}", MCP_REVISION_2025_11_25, NOT_FOUND, NULL },
    { "resources/read", INVALID, "{\"uri\":\"s:1\"}", MCP_REVISION_2024_11_05, NOT_FOUND,
      "{\"uri\":\"c:1\"}" },
    { "resources/read", NOT_FOUND, "{\"uri\":\"c:1\"}", MCP_REVISION_2025_06_18, NOT_FOUND, NULL },
    /* of an older revision, a malformed request is not a resource that is missing */
    { "resources/read", INVALID, NULL, MCP_REVISION_2025_11_25, INVALID, NULL },
    { "tools/call", INVALID, "{\"uri\":\"s:1\"}", MCP_REVISION_2025_11_25, INVALID, NULL },
    { "tools/call", NOT_FOUND, NULL, MCP_REVISION_2026_07_28, INVALID, NULL },
    { "tools/call", NOT_FOUND, NULL, MCP_REVISION_2025_11_25, NOT_FOUND, NULL },
  };

  g_test_summary ("A resource that is not found has its revision's code and the client's URI");
  check (expected, G_N_ELEMENTS (expected));
}

static void
test_no_uri (void)
{
  g_autofree char *data = NULL;
  int code;

  g_test_summary ("Without the client's URI the data stays");
  g_assert_true (mcp_translate_error ("resources/read", NOT_FOUND, scan ("{\"uri\":\"s:1\"}"), NULL,
                                      MCP_REVISION_2026_07_28, &code, &data));
  g_assert_cmpint (code, ==, INVALID);
  g_assert_cmpstr (data, ==, NULL);
}

static void
test_reserved (void)
{
  static const Expectation expected[] = {
    { "tools/call", URL_NEEDED, "{}", MCP_REVISION_2026_07_28, INTERNAL, NULL },
    { "tools/call", URL_NEEDED, "{}", MCP_REVISION_2025_11_25, URL_NEEDED, NULL },
    { "tools/call", URL_NEEDED, "{}", MCP_REVISION_2025_06_18, INTERNAL, NULL },
    { "tools/call", URL_NEEDED, "{}", MCP_REVISION_2024_11_05, INTERNAL, NULL },
    { "tools/call", -32021, "{}", MCP_REVISION_2026_07_28, -32021, NULL },
    { "tools/call", -32021, "{}", MCP_REVISION_2025_03_26, -32021, NULL },
    /* between the server and us */
    { "tools/call", -32020, "{}", MCP_REVISION_2026_07_28, INTERNAL, NULL },
    { "tools/call", -32022, "{}", MCP_REVISION_2026_07_28, INTERNAL, NULL },
    { "tools/call", -32020, "{}", MCP_REVISION_2025_11_25, INTERNAL, NULL },
    { "tools/call", -32022, "{}", MCP_REVISION_2025_11_25, INTERNAL, NULL },
    /* 2026-07-28 reserves what it does not define */
    { "tools/call", -32099, NULL, MCP_REVISION_2026_07_28, INTERNAL, NULL },
    { "tools/call", -32100, NULL, MCP_REVISION_2026_07_28, -32100, NULL },
    { "tools/call", -32019, NULL, MCP_REVISION_2026_07_28, -32019, NULL },
    { "tools/call", -32099, NULL, MCP_REVISION_2025_11_25, -32099, NULL },
    { "tools/call", -32603, NULL, MCP_REVISION_2026_07_28, INTERNAL, NULL },
    { "tools/call", 7, "[1]", MCP_REVISION_2026_07_28, 7, NULL },
  };

  g_test_summary ("No client sees a code that its revision has not, or that was meant for us");
  check (expected, G_N_ELEMENTS (expected));
}

static void
test_urls (void)
{
  g_autofree char *requests = mcp_translate_url_elicitations (
      scan ("{\"elicitations\":["
            "{\"mode\":\"url\",\"elicitationId\":\"e\\u0031\",\"url\":\"u\",\"message\":\"m\"},"
            "{\"url\":\"v\",\"message\":\"n\"}]}"));

  g_test_summary ("The URLs that a server needs opened are asked for by their ids");
  g_assert_cmpstr (requests, ==,
                   "{\"e1\":{\"method\":\"elicitation/create\",\"params\":"
                   "{\"mode\":\"url\",\"url\":\"u\",\"message\":\"m\"}},"
                   "\"input-2\":{\"method\":\"elicitation/create\",\"params\":"
                   "{\"url\":\"v\",\"message\":\"n\",\"mode\":\"url\"}}}");
  scan (requests);
}

static void
test_urls_same_id (void)
{
  g_autofree char *requests = mcp_translate_url_elicitations (
      scan ("{\"elicitations\":[{\"elicitationId\":\"e\",\"url\":\"u\",\"message\":\"m\"},"
            "{\"elicitationId\":\"e\",\"url\":\"v\",\"message\":\"m\"},"
            "{\"elicitationId\":\"input-4\",\"url\":\"v\",\"message\":\"m\"},"
            "{\"url\":\"v\",\"message\":\"m\"}]}"));
  McpJsonSlice key;
  McpJsonSlice value;
  McpJsonIter iter;
  guint n = 0;

  g_test_summary ("Elicitations with the same id are asked for apart");
  mcp_json_iter_init (&iter, scan (requests));
  while (mcp_json_iter_next_member (&iter, &key, &value))
    n++;
  g_assert_cmpuint (n, ==, 4);
}

static void
test_urls_malformed (void)
{
  static const char *const data[] = {
    NULL,
    "[]",
    "{}",
    "{\"elicitations\":{}}",
    "{\"elicitations\":[]}",
    "{\"elicitations\":[7]}",
    "{\"elicitations\":[{\"message\":\"m\"}]}",
    "{\"elicitations\":[{\"url\":\"u\"}]}",
    "{\"elicitations\":[{\"url\":\"u\",\"message\":\"m\",\"mode\":\"form\"}]}",
    "{\"elicitations\":[{\"url\":\"u\",\"message\":\"m\"},{\"url\":7,\"message\":\"m\"}]}",
  };

  g_test_summary ("Data that names no URLs asks for nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (data); i++)
    {
      g_autofree char *requests = mcp_translate_url_elicitations (scan (data[i]));

      g_assert_cmpstr (requests, ==, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/translate/error/not-found", test_not_found);
  g_test_add_func ("/protocol/translate/error/no-uri", test_no_uri);
  g_test_add_func ("/protocol/translate/error/reserved", test_reserved);
  g_test_add_func ("/protocol/translate/error/urls", test_urls);
  g_test_add_func ("/protocol/translate/error/urls-same-id", test_urls_same_id);
  g_test_add_func ("/protocol/translate/error/urls-malformed", test_urls_malformed);
  return g_test_run ();
}
