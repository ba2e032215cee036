/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-header-value.h"

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
      g_autofree char *decoded = mcp_header_value_decode (cases[i].value);
      g_autofree char *shown = g_strescape (cases[i].value, NULL);

      g_test_message ("%s", shown);
      g_assert_cmpstr (decoded, ==, cases[i].decoded);
    }
}

static void
test_encode (void)
{
  static const struct
  {
    const char *text;
    const char *value;
  } encoded[] = {
    { "plain", "plain" },
    { "a=b c", "a=b c" },
    { "", "" },
    { " padded", "=?base64?IHBhZGRlZA==?=" },
    { "\xc3\xa4\xc3\xb6", "=?base64?w6TDtg==?=" },
    { "a\nb", "=?base64?YQpi?=" },
    { "=?base64?SGVsbG8=?=", "=?base64?PT9iYXNlNjQ/U0dWc2JHOD0/PQ==?=" },
  };

  g_test_summary ("Text that a header cannot hold is encoded, and comes back when it is decoded");
  for (gsize i = 0; i < G_N_ELEMENTS (encoded); i++)
    {
      g_autofree char *value = mcp_header_value_encode (encoded[i].text);
      g_autofree char *text = mcp_header_value_decode (value);

      g_assert_cmpstr (value, ==, encoded[i].value);
      g_assert_cmpstr (text, ==, encoded[i].text);
    }
}

static void
test_name_param (void)
{
  g_test_summary (
      "Each method that Mcp-Name belongs to names its member, and no other method does");
  g_assert_cmpstr (mcp_header_value_find_name_param ("tools/call"), ==, "name");
  g_assert_cmpstr (mcp_header_value_find_name_param ("resources/read"), ==, "uri");
  g_assert_cmpstr (mcp_header_value_find_name_param ("tasks/cancel"), ==, "taskId");
  g_assert_null (mcp_header_value_find_name_param ("tasks/list"));
  g_assert_null (mcp_header_value_find_name_param ("tools/list"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/header-value/decode", test_decode);
  g_test_add_func ("/protocol/header-value/encode", test_encode);
  g_test_add_func ("/protocol/header-value/name-param", test_name_param);
  return g_test_run ();
}
