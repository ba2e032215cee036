/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/mcpd-problem.h"
#include "daemon/mcpd-settings.h"
#include "fuzz-target.h"

/*
 * A settings file: whatever is in it, every value that holds afterwards is in its range.
 */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GPtrArray) problems =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcpd_problem_free);
  McpdSettings old, settings;
  gsize n_limits;
  const McpLimitEntry *limits = mcp_limits_get_table (&n_limits);

  mcpd_settings_init_defaults (&old);
  mcpd_settings_init_defaults (&settings);
  mcpd_settings_parse (&settings, &old, (const char *) data, size, "mcp-sessiond.conf", problems);

  g_assert_cmpuint (settings.port, <=, G_MAXUINT16);
  g_assert_cmpuint (settings.timeout_seconds, >=, 1);
  for (gsize i = 0; i < n_limits; i++)
    {
      guint value = G_STRUCT_MEMBER (guint, &settings.limits, limits[i].offset);

      g_assert_cmpuint (value, >=, limits[i].minimum);
      g_assert_cmpuint (value, <=, limits[i].maximum);
    }
  for (guint i = 0; i < problems->len; i++)
    g_assert_nonnull (g_ptr_array_index (problems, i));
  return 0;
}
