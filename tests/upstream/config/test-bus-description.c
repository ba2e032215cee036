/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "upstream/config/mcp-bus-description.h"

#include "common/mcp-error.h"

#include <string.h>

#define N_METHODS 1000
/* Within 1 MiB; GDBus alone would take a minute. */
#define N_NESTED  20000

static GVariant *
build_reply (GString *content)
{
  g_autofree char *xml =
      g_strdup_printf ("<node><interface name=\"a.b\">%s</interface></node>", content->str);

  return g_variant_ref_sink (g_variant_new ("(s)", xml));
}

static GVariant *
build_methods (void)
{
  g_autoptr (GString) content = g_string_new (NULL);

  for (guint i = 0; i < N_METHODS; i++)
    g_string_append_printf (content, "<method name=\"M%u\"/>", i);
  return build_reply (content);
}

static GVariant *
build_nested (void)
{
  g_autoptr (GString) content = g_string_new (NULL);

  for (guint i = 0; i < N_NESTED; i++)
    g_string_append (content, "<annotation name=\"a\" value=\"b\">");
  for (guint i = 0; i < N_NESTED; i++)
    g_string_append (content, "</annotation>");
  return build_reply (content);
}

static void
assert_refused (GVariant *reply, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_bus_description_read (reply, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_PROVIDER_FAILED);
  g_assert_nonnull (strstr (error->message, why));
}

static void
test_methods (void)
{
  g_autoptr (GVariant) reply = build_methods ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = mcp_bus_description_read (reply, &error);

  g_test_summary ("An object may have many methods");
  g_assert_no_error (error);
  g_assert_nonnull (g_dbus_interface_info_lookup_method (node->interfaces[0], "M999"));
}

static void
test_nested (void)
{
  g_autoptr (GVariant) reply = build_nested ();

  g_test_summary ("A description that is nested deeply is refused, and takes nobody's time");
  assert_refused (reply, "nested too deeply");
}

static void
test_no_text (void)
{
  g_autofree char *long_text = g_strnfill (1024 * 1024, ' ');
  g_autoptr (GVariant) large = g_variant_ref_sink (g_variant_new ("(s)", long_text));
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new ("(i)", 1));

  g_test_summary ("What is no text, or too long a one, is refused");
  assert_refused (large, "no text of 1 MiB");
  assert_refused (number, "no text of 1 MiB");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upstream/bus-description/methods", test_methods);
  g_test_add_func ("/upstream/bus-description/nested", test_nested);
  g_test_add_func ("/upstream/bus-description/no-text", test_no_text);
  return g_test_run ();
}
