/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-header-params.h"

static void
test_collect (void)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (GHashTable) params = NULL;

  g_test_summary ("Headers of arguments are found in any case; one that is malformed spoils all");
  soup_message_headers_append (headers, "Mcp-Param-Region", "eu");
  soup_message_headers_append (headers, "MCP-PARAM-Name", "=?base64?SGVsbG8=?=");
  soup_message_headers_append (headers, "Mcp-Name", "other");
  params = mcp_header_params_collect_params (headers);
  g_assert_cmpuint (g_hash_table_size (params), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (params, "region"), ==, "eu");
  g_assert_cmpstr (g_hash_table_lookup (params, "name"), ==, "Hello");

  soup_message_headers_append (headers, "Mcp-Param-Bad", "=?base64?x?=");
  g_assert_null (mcp_header_params_collect_params (headers));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/mcp-headers/collect", test_collect);
  return g_test_run ();
}
