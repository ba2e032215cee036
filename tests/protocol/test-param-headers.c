/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-param-headers.h"

#include <string.h>
#include <time.h>

static McpJsonSlice
scan (const char *text)
{
  McpJsonSlice root;

  g_assert_true (
      mcp_json_scan (text, strlen (text), 64, G_MAXUINT, MCP_JSON_SCAN_DEFAULT, &root, NULL));
  return root;
}

#define TOOL(properties) "{\"name\":\"t\",\"inputSchema\":{\"properties\":{" properties "}}}"
#define REGION           "\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}"

static const struct
{
  const char *tool;
  gboolean is_valid;
} tools[] = {
  { TOOL ("\"a\":{\"type\":\"string\"}"), TRUE },
  { TOOL (REGION), TRUE },
  { TOOL (REGION ",\"b\":{\"type\":\"integer\",\"x-mcp-header\":\"B\"}"), TRUE },
  { TOOL ("\"o\":{\"properties\":{" REGION "}}"), TRUE },
  { TOOL (REGION ",\"b\":{\"type\":\"string\",\"x-mcp-header\":\"REGION\"}"), FALSE },
  { TOOL ("\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}"), FALSE },
  { TOOL ("\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}"), FALSE },
  { TOOL ("\"a\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}"), FALSE },
  { TOOL ("\"a\":{\"type\":\"string\",\"x-mcp-header\":1}"), FALSE },
};

static void
test_valid (void)
{
  g_test_summary ("An annotation names a header of its own, for a value that a header can hold");
  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    g_assert_cmpint (mcp_param_headers_is_valid (scan (tools[i].tool)), ==, tools[i].is_valid);
}

static void
test_build (void)
{
  McpJsonSlice tool = scan (TOOL (REGION ",\"n\":{\"type\":\"integer\",\"x-mcp-header\":\"N\"},"
                                         "\"o\":{\"properties\":{\"p\":{\"type\":\"boolean\","
                                         "\"x-mcp-header\":\"P\"}}},\"q\":{\"type\":\"string\"}"));
  McpJsonSlice params = scan ("{\"arguments\":{\"q\":\"x\",\"o\":{\"p\":true,\"r\":1},\"n\":null,"
                              "\"re\\u0067ion\":\"eu\"}}");
  g_auto (GStrv) headers = mcp_param_headers_build (tool, params);

  g_test_summary ("Arguments that are annotated become headers, however their names are written");
  g_assert_cmpstrv (headers, ((const char *const[]){ "P", "true", "Region", "eu", NULL }));
  g_assert_null (mcp_param_headers_build (tool, scan ("{\"arguments\":{\"q\":\"x\"}}")));
  g_assert_null (mcp_param_headers_build (tool, scan ("{}")));
}

static void
test_check (void)
{
  McpJsonSlice tool = scan (TOOL (REGION));
  McpJsonSlice params = scan ("{\"arguments\":{\"region\":\"eu\"}}");
  g_autoptr (GHashTable) received = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A header must be there, and say what its argument says");
  g_assert_false (mcp_param_headers_check (tool, params, received, &error));
  g_assert_nonnull (error);
  g_hash_table_insert (received, (gpointer) "region", (gpointer) "us");
  g_assert_false (mcp_param_headers_check (tool, params, received, NULL));
  g_hash_table_insert (received, (gpointer) "region", (gpointer) "eu");
  g_assert_true (mcp_param_headers_check (tool, params, received, NULL));
}

static gint64
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
test_large (void)
{
  g_autoptr (GString) tool = g_string_new ("{\"inputSchema\":{\"properties\":{" REGION);
  g_autoptr (GString) params = g_string_new ("{\"arguments\":{\"region\":\"eu\"");
  g_auto (GStrv) headers = NULL;
  McpJsonSlice tool_slice;
  McpJsonSlice params_slice;
  gint64 begin_us;

  g_test_summary ("A schema of 20,000 properties and 40,000 arguments take one walk each");
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (tool, ",\"p%u\":{\"type\":\"string\"}", i);
  for (guint i = 0; i < 40000; i++)
    g_string_append_printf (params, ",\"q%u\":\"%u\"", i, i);
  g_string_append (tool, "}}}");
  g_string_append (params, "}}");
  tool_slice = scan (tool->str);
  params_slice = scan (params->str);
  begin_us = get_cpu_us ();
  headers = mcp_param_headers_build (tool_slice, params_slice);
  g_assert_cmpstrv (headers, ((const char *const[]){ "Region", "eu", NULL }));
  /* Sanitizers included; a walk for each property took 30 s. */
  g_assert_cmpint (get_cpu_us () - begin_us, <, G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/param-headers/valid", test_valid);
  g_test_add_func ("/protocol/param-headers/build", test_build);
  g_test_add_func ("/protocol/param-headers/check", test_check);
  g_test_add_func ("/protocol/param-headers/large", test_large);
  return g_test_run ();
}
