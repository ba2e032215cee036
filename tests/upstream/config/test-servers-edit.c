/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Switching servers off and on in a file that people edit. */
#include "upstream/config/mcp-servers-edit.h"

#include "common/mcp-error.h"
#include "upstream/config/mcp-server-config.h"

#include <string.h>

static const struct
{
  const char *before;
  gboolean disabled;
  const char *after;
} cases[] = {
  { "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}", TRUE,
    "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"disabled\": true}}}" },
  { "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"disabled\": true}}}", FALSE,
    "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}" },
  { "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}", FALSE,
    "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}" },
  /* as other clients write it */
  { "{\"servers\": {\"a\": {\"enabled\": true}}}", TRUE,
    "{\"servers\": {\"a\": {\"enabled\": false}}}" },
  { "{\"mcpServers\": {\"a\": {\"enabled\": false}}}", FALSE,
    "{\"mcpServers\": {\"a\": {\"enabled\": true}}}" },
  /* whichever of the two says so, it is off */
  { "{\"mcpServers\": {\"a\": {\"enabled\": false, \"disabled\": true}}}", FALSE,
    "{\"mcpServers\": {\"a\": {\"enabled\": true}}}" },
  { "{\"mcpServers\": {\"a\": {\"enabled\": true, \"disabled\": false}}}", TRUE,
    "{\"mcpServers\": {\"a\": {\"enabled\": true, \"disabled\": true}}}" },
  /* comments and layout */
  { "{\n  // mine\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\", // why\n    },\n  }\n}\n",
    TRUE,
    "{\n  // mine\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"x\",\n      \"disabled\": "
    "true, // why\n    },\n  }\n}\n" },
};

static void
test_set (void)
{
  g_test_summary ("Only the one word changes, whatever the entry looks like");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after =
          mcp_servers_edit_set_disabled (cases[i].before, "a", cases[i].disabled, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (after, ==, cases[i].after);
    }
}

static void
test_refused (void)
{
  static const char *const unknown[] = { "{}", "{\"mcpServers\": {}}",
                                         "{\"mcpServers\": {\"b\": {}}}" };
  static const char *const broken[] = { "", "[", "{\"mcpServers\": 1}",
                                        "{\"mcpServers\": {\"a\": 1}}",
                                        "{\"mcpServers\": {\"a\": {\"x\": }}}" };

  g_test_summary ("A server that is not there is not found; a file that is not understood is left");
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_servers_edit_set_disabled (unknown[i], "a", TRUE, &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mcp_servers_edit_set_disabled (broken[i], "a", TRUE, &error));
      g_assert_error (error, MCP_ERROR, MCP_ERROR_INVALID_ARGUMENTS);
    }
}

static guint
find_line (const char *text)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GPtrArray) left_out = NULL;
  g_autoptr (GHashTable) lines = mcp_servers_edit_build_lines (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) configs =
      mcp_server_config_parse_entries (text, strlen (text), "f", &problems, &left_out, &error);

  if (configs == NULL)
    return mcp_servers_edit_find_line (lines, "f", error->message);
  g_assert_cmpuint (problems->len, ==, 1);
  return mcp_servers_edit_find_line (lines, "f", problems->pdata[0]);
}

static void
test_lines (void)
{
  g_test_summary ("What is wrong with the file is found in it");
  g_assert_cmpuint (find_line ("{\n\"mcpServers\": {\n // x\n\"a\": {\"url\": 1}}}"), ==, 4);
  g_assert_cmpuint (find_line ("{\n\"mcpServers\": {\n\"a\": {\"command\": \"x\"},\n"
                               "\"b\": {\"command\": \"x\",\n \"what\": 1}}}"),
                    ==, 4);
  g_assert_cmpuint (find_line ("{\n\"mcpServers\": {\n\"a\" {}}}"), ==, 3);
  g_assert_cmpuint (find_line ("[]"), ==, 0);
  g_assert_cmpuint (find_line ("{}"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/servers-edit/set", test_set);
  g_test_add_func ("/upstream/servers-edit/refused", test_refused);
  g_test_add_func ("/upstream/servers-edit/lines", test_lines);
  return g_test_run ();
}
