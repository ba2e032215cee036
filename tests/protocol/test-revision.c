/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/mcp-revision.h"

static void
test_names (void)
{
  g_test_summary ("A revision and its name stand for each other; other names are unknown");
  g_assert_cmpint (mcp_revision_from_string ("2025-06-18"), ==, MCP_REVISION_2025_06_18);
  g_assert_cmpint (mcp_revision_from_string ("2025-11-25"), ==, MCP_REVISION_2025_11_25);
  g_assert_cmpstr (mcp_revision_to_string (MCP_REVISION_2025_06_18), ==, "2025-06-18");
  g_assert_cmpstr (mcp_revision_to_string (MCP_REVISION_2025_11_25), ==, "2025-11-25");
  g_assert_cmpint (mcp_revision_from_string ("2024-01-01"), ==, MCP_REVISION_UNKNOWN);
  g_assert_cmpint (mcp_revision_from_string ("2025-06-18 "), ==, MCP_REVISION_UNKNOWN);
  g_assert_cmpint (mcp_revision_from_string (""), ==, MCP_REVISION_UNKNOWN);
  g_assert_cmpint (mcp_revision_from_string (NULL), ==, MCP_REVISION_UNKNOWN);
}

static void
test_list (void)
{
  const char *const *names = mcp_revision_list ();

  g_test_summary ("The list holds every revision that is spoken, newest first");
  g_assert_nonnull (names[0]);
  g_assert_cmpint (mcp_revision_from_string (names[0]), ==, MCP_REVISION_NEWEST);
  for (gsize i = 0; names[i] != NULL; i++)
    {
      McpRevision revision = mcp_revision_from_string (names[i]);

      g_assert_cmpint (revision, !=, MCP_REVISION_UNKNOWN);
      if (i > 0)
        g_assert_cmpint (revision, <, mcp_revision_from_string (names[i - 1]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/revision/names", test_names);
  g_test_add_func ("/protocol/revision/list", test_list);
  return g_test_run ();
}
