/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text of GET /health, which is kept while it is true.
 */
#include "http/api/mcp-health-text.h"

#include <string.h>

#define STARTED_US (5 * G_TIME_SPAN_SECOND + 250)

static void
assert_says (GBytes *text, const char *part)
{
  gsize size;
  const char *data = g_bytes_get_data (text, &size);

  g_assert_nonnull (g_strstr_len (data, (gssize) size, part));
}

static void
test_uptime (void)
{
  g_autoptr (McpHealthText) text = mcp_health_text_new (0, STARTED_US);
  GBytes *first = mcp_health_text_get (text, STARTED_US);

  g_test_summary ("The text is kept for a second of the uptime, and is true in the next one");
  assert_says (first, "\"uptime_seconds\":0,");
  assert_says (first, "\"started_at\":\"1970-01-01T00:00:00");
  g_assert_true (mcp_health_text_get (text, STARTED_US + G_TIME_SPAN_SECOND - 1) == first);
  assert_says (mcp_health_text_get (text, STARTED_US + G_TIME_SPAN_SECOND),
               "\"uptime_seconds\":1,");
  assert_says (mcp_health_text_get (text, STARTED_US + 100000 * G_TIME_SPAN_SECOND),
               "\"uptime_seconds\":100000,");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/health-text/uptime", test_uptime);

  return g_test_run ();
}
