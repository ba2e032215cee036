/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Changing files that people edit: only what is asked for changes.
 */
#include "upstream/config/mcp-jsonc-edit.h"

#include "common/mcp-error.h"

static const char *const path_ab[] = { "a", "b", NULL };

static void
test_set (void)
{
  static const char *const cases[][2] = {
    { "", "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n" },
    { "{}", "{\n  \"a\": {\n    \"b\": 1\n  }\n}" },
    { "{\"x\": [1,  2]}", "{\"x\": [1,  2], \"a\": {\"b\":1}}" },
    { "{\"a\": {\"b\" : {\"c\": 2}, \"d\":3}}", "{\"a\": {\"b\": 1, \"d\":3}}" },
    { "{\n\t\"a\": {\n\t\t\"c\": 1.0\n\t}\n}\n",
      "{\n\t\"a\": {\n\t\t\"c\": 1.0,\n\t\t\"b\": 1\n\t}\n}\n" },
    { "{\n  // \"a\": {}\n  \"a\": {\n    \"c\": \"}\", // why\n  },\n}\n",
      "{\n  // \"a\": {}\n  \"a\": {\n    \"c\": \"}\",\n    \"b\": 1, // why\n  },\n}\n" },
    { "{ /* } */ \"x\": 12345678901234567890 }",
      "{ /* } */ \"x\": 12345678901234567890, \"a\": {\"b\":1} }" },
    { "{\n  // nothing yet\n}\n", "{\n  // nothing yet\n  \"a\": {\n    \"b\": 1\n  }\n}\n" },
    { "{\"\\u0061\": {}}", "{\"\\u0061\": {\n  \"b\": 1\n}}" },
  };

  g_test_summary ("A member is set; comments, order, numbers and white space stay");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = mcp_jsonc_edit_set (cases[i][0], path_ab, "1", &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_remove (void)
{
  static const char *const cases[][2] = {
    { "{\"a\": {\"b\": 1}}", "{\"a\": {}}" },
    { "{\"a\": {\"b\": 1, \"c\": 2}}", "{\"a\": { \"c\": 2}}" },
    { "{\"a\": {\"c\": 2, \"b\": 1}}", "{\"a\": {\"c\": 2}}" },
    { "{\n  \"a\": {\n    \"c\": 2,\n    \"b\": [\n      \"]\"\n    ]\n  }\n}",
      "{\n  \"a\": {\n    \"c\": 2\n  }\n}" },
    { "{\n  \"a\": {\n    \"b\": 1\n  }\n}", "{\n  \"a\": {}\n}" },
    { "{\"a\": {}}", NULL },
    { "{}", NULL },
  };

  g_test_summary ("A member is taken out, with its comma");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = mcp_jsonc_edit_remove (cases[i][0], path_ab, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_round_trip (void)
{
  static const char text[] = "{\n    \"a\": {\n        \"c\": 1\n    },\n    \"z\": null\n}\n";
  g_autofree char *with = mcp_jsonc_edit_set (text, path_ab, "{\"x\":[1,2],\"y\":{}}", NULL);
  g_autofree char *without = mcp_jsonc_edit_remove (with, path_ab, NULL);
  g_autofree char *value = mcp_jsonc_edit_get (with, path_ab, NULL);

  g_test_summary ("What was put in can be taken out again, and the file is what it was");
  g_assert_cmpstr (
      with, ==,
      "{\n    \"a\": {\n        \"c\": 1,\n        \"b\": {\n            \"x\": [1, 2],\n"
      "            \"y\": {}\n        }\n    },\n    \"z\": null\n}\n");
  g_assert_cmpstr (without, ==, text);
  g_assert_true (g_str_has_prefix (value, "{\n"));
}

static void
test_broken (void)
{
  static const char *const texts[] = { "[",
                                       "{",
                                       "{\"a\"}",
                                       "{\"a\": }",
                                       "{\"a\": {\"b\" 1}}",
                                       "nothing",
                                       "{\"a\": 1",
                                       "{\"a\": \"",
                                       "{\"x\": {}; }",
                                       "{\"a\": 1}",
                                       "{\"x\": {], \"a\": {}}",
                                       "{\"a\": {}} x",
                                       "{\"x\": [}, \"a\": {}}",
                                       "{\"x\": tru, \"a\": {}}" };

  g_test_summary ("A file that is not understood is left alone");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_jsonc_edit_set (texts[i], path_ab, "1", &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
    }
}

static void
test_list (void)
{
  g_auto (GStrv) keys = mcp_jsonc_edit_list ("{\"a\": {\"x\": 1, // y\n \"b c\": {}}}",
                                             (const char *[]){ "a", NULL }, NULL);

  g_test_summary ("Keys are listed, between comments as well");
  g_assert_cmpuint (g_strv_length (keys), ==, 2);
  g_assert_cmpstr (keys[1], ==, "b c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/jsonc-edit/set", test_set);
  g_test_add_func ("/upstream/jsonc-edit/remove", test_remove);
  g_test_add_func ("/upstream/jsonc-edit/round-trip", test_round_trip);
  g_test_add_func ("/upstream/jsonc-edit/broken", test_broken);
  g_test_add_func ("/upstream/jsonc-edit/list", test_list);
  return g_test_run ();
}
