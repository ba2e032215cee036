/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/api/mcp-metrics-text.h"

#include <math.h>

static void
test_format (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_test_summary ("A family is announced, then come its samples with escaped labels");
  mcp_metrics_text_begin (out, "a_total", MCP_METRIC_COUNTER, "One \\ two\nthree \"four\".");
  mcp_metrics_text_add (out, "a_total", 3, "x", "q\"b\\s\nn é", "y", "", NULL);
  mcp_metrics_text_add (out, "a_total", 0.25, NULL);
  g_assert_cmpstr (out->str, ==,
                   "# HELP a_total One \\\\ two\\nthree \"four\".\n"
                   "# TYPE a_total counter\n"
                   "a_total{x=\"q\\\"b\\\\s\\nn é\",y=\"\"} 3\n"
                   "a_total 0.25\n");
}

static void
test_values (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_test_summary ("Whole numbers are written whole, others as Go reads them");
  mcp_metrics_text_begin (out, "a", MCP_METRIC_GAUGE, "");
  mcp_metrics_text_add (out, "a", 9007199254740992.0, NULL);
  mcp_metrics_text_add (out, "a", -1, NULL);
  mcp_metrics_text_add (out, "a", NAN, NULL);
  mcp_metrics_text_add (out, "a", INFINITY, NULL);
  mcp_metrics_text_add (out, "a", -INFINITY, NULL);
  g_assert_cmpstr (out->str, ==,
                   "# HELP a \n# TYPE a gauge\n"
                   "a 9007199254740992\na -1\na NaN\na +Inf\na -Inf\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/metrics-text/format", test_format);
  g_test_add_func ("/http/metrics-text/values", test_values);
  return g_test_run ();
}
