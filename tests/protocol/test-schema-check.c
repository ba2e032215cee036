/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "protocol/mcp-schema-check.h"

#include <string.h>

typedef struct
{
  const char *schema;
  const char *value;
  const char *problem; /* part of it; %NULL: the value fits */
} Case;

static const Case cases[] = {
  { "{}", "7", NULL },
  { "true", "7", NULL },
  { "false", "7", "must not be there" },
  { "{\"type\":\"string\"}", "\"a\"", NULL },
  { "{\"type\":\"string\"}", "1", "must be of type \"string\"" },
  { "{\"type\":\"integer\"}", "1.0", NULL },
  { "{\"type\":\"integer\"}", "1.5", "must be of type" },
  { "{\"type\":\"number\"}", "1e3", NULL },
  { "{\"type\":[\"null\",\"boolean\"]}", "null", NULL },
  { "{\"type\":[\"null\",\"boolean\"]}", "[]", "must be of type" },
  { "{\"enum\":[1,\"a\",{\"b\":[]}]}", "{\"b\": []}", NULL },
  { "{\"enum\":[1,\"a\"]}", "2", "must be one of [1,\"a\"]" },
  { "{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}", NULL },
  { "{\"const\":1}", "\"1\"", "must be 1" },
  { "{\"enum\":[1,2]}", "1.0", NULL },
  { "{\"minimum\":1,\"maximum\":3}", "3", NULL },
  { "{\"minimum\":1}", "0", "must be at least 1" },
  { "{\"maximum\":3}", "4", "must be at most 3" },
  { "{\"minimum\":1}", "\"x\"", NULL },
  { "{\"exclusiveMinimum\":1}", "1", "must be more than 1" },
  { "{\"exclusiveMaximum\":1}", "1", "must be less than 1" },
  { "{\"multipleOf\":0.1}", "0.3", NULL },
  { "{\"multipleOf\":2}", "3", "must be a multiple of 2" },
  { "{\"minLength\":2}", "\"\xc3\xa4\"", "at least 2 characters" },
  { "{\"maxLength\":1}", "\"\xc3\xa4\"", NULL },
  { "{\"maxLength\":1}", "\"ab\"", "at most 1 characters" },
  { "{\"required\":[\"a\"]}", "{\"a\":null}", NULL },
  { "{\"required\":[\"a\"]}", "{}", "needs “a”" },
  { "{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1}", "“a” must be of type" },
  { "{\"properties\":{\"a\":{\"items\":{\"type\":\"string\"}}}}", "{\"a\":[\"x\",1]}",
    "“a/1” must be" },
  { "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1}", NULL },
  { "{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}",
    "“b” must not be there" },
  { "{\"additionalProperties\":{\"type\":\"integer\"}}", "{\"b\":\"x\"}", "“b” must be of type" },
  { "{\"patternProperties\":{\"^x\":{}},\"additionalProperties\":false}", "{\"xa\":1}", NULL },
  { "{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "needs “b”" },
  { "{\"dependentRequired\":{\"a\":[\"b\"]}}", "{}", NULL },
  { "{\"minProperties\":1}", "{}", "at least 1 members" },
  { "{\"maxProperties\":0}", "{\"a\":1}", "at most 0 members" },
  { "{\"minItems\":1}", "[]", "at least 1 items" },
  { "{\"maxItems\":1}", "[1,2]", "at most 1 items" },
  { "{\"uniqueItems\":true}", "[{\"a\":1},{\"a\": 1}]", "an item twice" },
  { "{\"uniqueItems\":true}", "[1,\"1\"]", NULL },
  { "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[\"a\",1]",
    NULL },
  { "{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[\"a\",\"b\"]",
    "“1” must be" },
  { "{\"prefixItems\":[{\"type\":\"string\"}]}", "[1]", "“0” must be" },
  { "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", "at most 2" },
  { "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}", "6", NULL },
  { "{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}", "4", "none of “anyOf”" },
  { "{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", NULL },
  { "{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "2", "exactly one" },
  { "{\"not\":{\"type\":\"null\"}}", "null", "“not”" },
  { "{\"$defs\":{\"a/b\":{\"type\":\"string\"}},\"properties\":{\"x\":{\"$ref\":\"#/$defs/a~1b\"}}}",
    "{\"x\":1}", "“x” must be of type" },
  { "{\"$ref\":\"https://example.org/other\"}", "1", NULL },
  { "{\"$ref\":\"#\"}", "1", NULL },
  { "{\"pattern\":\"(a*)*b\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", NULL },
  { "{\"type\":7,\"required\":{},\"properties\":[],\"minimum\":\"x\"}", "{}", "must be of type 7" },
};

static McpJsonSlice
scan (const char *text)
{
  g_autoptr (GError) error = NULL;
  McpJsonSlice root;

  mcp_json_scan (text, strlen (text), 600, G_MAXUINT, MCP_JSON_SCAN_DEFAULT, &root, &error);
  g_assert_no_error (error);
  return root;
}

static void
test_keywords (void)
{
  g_test_summary ("What a schema says of a value holds, and what is wrong is named with its place");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean is_right = mcp_schema_check (scan (cases[i].schema), scan (cases[i].value), &error);

      g_test_message ("%s %s", cases[i].schema, cases[i].value);
      g_assert_true (is_right == (cases[i].problem == NULL));
      if (is_right)
        continue;
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
      if (strstr (error->message, cases[i].problem) == NULL)
        g_error ("%s: %s", cases[i].schema, error->message);
    }
}

/* Each of these would take for ever, or overflow the stack, if it were followed to its end. */
static void
test_bounded (void)
{
  static const char twofold[] = "{\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"},"
                                "{\"$ref\":\"#/$defs/a\"}]}},\"$ref\":\"#/$defs/a\"}";
  static const char either[] = "{\"$defs\":{\"a\":{\"oneOf\":[{\"$ref\":\"#/$defs/a\"},"
                               "{\"not\":{\"$ref\":\"#/$defs/a\"}}]}},\"$ref\":\"#/$defs/a\"}";
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_test_summary ("A schema that refers to itself ends early, and refuses nothing");
  for (guint i = 0; i < 500; i++)
    g_string_append (deep, "{\"not\":");
  g_string_append (deep, "{}");
  for (guint i = 0; i < 500; i++)
    g_string_append_c (deep, '}');
  g_assert_true (mcp_schema_check (scan (twofold), scan ("1"), &error));
  g_assert_true (mcp_schema_check (scan (either), scan ("1"), &error));
  g_assert_true (mcp_schema_check (scan (deep->str), scan ("1"), &error));
  g_assert_no_error (error);
  g_test_message ("%" G_GINT64_FORMAT " µs", g_get_monotonic_time () - begin);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/protocol/schema-check/keywords", test_keywords);
  g_test_add_func ("/protocol/schema-check/bounded", test_bounded);
  return g_test_run ();
}
