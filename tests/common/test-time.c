/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-time.h"

static void
test_rfc3339 (void)
{
  static const struct
  {
    gint64 real_us;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00.000000Z" },
    { 1, "1970-01-01T00:00:00.000001Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (951782400000000), "2000-02-29T00:00:00.000000Z" },
    { G_GINT64_CONSTANT (1795342833123456), "2026-11-22T10:20:33.123456Z" },
    { G_GINT64_CONSTANT (253402300799999999), "9999-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (253402300800000000), "9999-12-31T23:59:59.999999Z" },
    { G_GINT64_CONSTANT (-70000000000000000), "0000-01-01T00:00:00.000000Z" },
  };

  g_test_summary ("Times are RFC 3339, UTC, with microseconds");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mcp_time_format (cases[i].real_us);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/time/rfc3339", test_rfc3339);
  return g_test_run ();
}
