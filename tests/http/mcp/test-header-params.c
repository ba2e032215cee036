/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-header-params.h"

static const struct
{
  const char *value;
  const char *decoded; /* NULL: refused */
} cases[] = {
  { "plain", "plain" },
  { "  padded\t", "padded" },
  { "", "" },
  { "=?base64?SGVsbG8=?=", "Hello" },
  { "=?base64?w6TDtg==?=", "\xc3\xa4\xc3\xb6" },
  { "=?base64?"
    "?=",
    "" },
  { "=?base64?SGVsbG8?=", NULL },   /* no padding */
  { "=?base64?SGVs!G8=?=", NULL },  /* no such character */
  { "=?base64?SGVs bG8=?=", NULL }, /* nor this */
  { "=?base64?SG=sbG8=?=", NULL },  /* padding in the middle */
  { "=?base64?/////w==?=", NULL },  /* no UTF-8 */
  { "SGVsbG8=?=", "SGVsbG8=?=" },   /* literal: half of the marks is none */
  { "=?base64?SGVsbG8=", "=?base64?SGVsbG8=" },
  { "=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?=" },
  { "\xff", NULL },
};

static void
test_decode (void)
{
  g_test_summary ("A value between marks is strict base64 of UTF-8; every other is taken as it is");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *decoded = mcp_header_params_decode (cases[i].value);
      g_autofree char *shown = g_strescape (cases[i].value, NULL);

      g_test_message ("%s", shown);
      g_assert_cmpstr (decoded, ==, cases[i].decoded);
    }
}

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
  g_test_add_func ("/http/mcp-headers/decode", test_decode);
  g_test_add_func ("/http/mcp-headers/collect", test_collect);
  return g_test_run ();
}
