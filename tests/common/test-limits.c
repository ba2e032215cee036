/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-limits.h"

static void
test_defaults_are_in_range (void)
{
  McpLimits limits;
  gsize n_entries;
  const McpLimitEntry *table = mcp_limits_get_table (&n_entries);

  g_test_summary ("Every field has one key, and its default lies in its range");
  mcp_limits_init_defaults (&limits);

  for (gsize i = 0; i < n_entries; i++)
    {
      guint value = G_STRUCT_MEMBER (guint, &limits, table[i].offset);

      g_assert_cmpuint (value, ==, table[i].value);
      g_assert_cmpuint (value, >=, table[i].minimum);
      g_assert_cmpuint (value, <=, table[i].maximum);
      for (gsize k = 0; k < i; k++)
        {
          g_assert_cmpstr (table[i].key, !=, table[k].key);
          g_assert_cmpuint (table[i].offset, !=, table[k].offset);
        }
    }
}

static void
test_documented_values (void)
{
  McpLimits limits;

  g_test_summary ("The defaults that the documentation promises");
  mcp_limits_init_defaults (&limits);

  g_assert_cmpuint (limits.connections, ==, 8192);
  g_assert_cmpuint (limits.sessions, ==, 10000);
  g_assert_cmpuint (limits.subscribers_per_session, ==, 2048);
  g_assert_cmpuint (limits.body_bytes, ==, 4 * 1024 * 1024);
  g_assert_cmpuint (limits.json_depth, ==, 64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/limits/defaults-are-in-range", test_defaults_are_in_range);
  g_test_add_func ("/common/limits/documented-values", test_documented_values);
  return g_test_run ();
}
