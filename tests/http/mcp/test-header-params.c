/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-header-params.h"

static void
test_collect (void)
{
  g_autoptr (GHashTable) params = mcp_header_params_new ();

  g_test_summary ("Headers of arguments are found in any case; one that is malformed is reported");
  g_assert_true (mcp_header_params_add (params, "Mcp-Param-Region", "eu"));
  g_assert_true (mcp_header_params_add (params, "MCP-PARAM-Name", "=?base64?SGVsbG8=?="));
  g_assert_true (mcp_header_params_add (params, "Mcp-Name", "other"));
  g_assert_cmpuint (g_hash_table_size (params), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (params, "region"), ==, "eu");
  g_assert_cmpstr (g_hash_table_lookup (params, "name"), ==, "Hello");
  g_assert_false (mcp_header_params_add (params, "Mcp-Param-Bad", "=?base64?x?="));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/mcp-headers/collect", test_collect);
  return g_test_run ();
}
