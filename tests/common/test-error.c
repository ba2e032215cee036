/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"

static void
test_names_survive_the_bus (void)
{
  g_test_summary ("Each code becomes its own D-Bus name and comes back as the same code");

  for (int code = 0; code < MCP_N_ERRORS; code++)
    {
      g_autoptr (GError) error = g_error_new (MCP_ERROR, code, "text");
      g_autofree char *name = g_dbus_error_encode_gerror (error);
      g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, "text");

      g_assert_true (g_str_has_prefix (name, "org.mcpsessiond.Error."));
      g_assert_error (back, MCP_ERROR, code);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/error/names-survive-the-bus", test_names_survive_the_bus);
  return g_test_run ();
}
