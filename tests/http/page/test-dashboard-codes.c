/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "http/page/mcp-dashboard-codes.h"

#define KEY       "0123456789abcdef0123456789abcdef"
#define SECOND_US G_TIME_SPAN_SECOND

static void
assert_refused (McpDashboardCodes *codes, const char *code, gint64 now_us, McpError expected)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mcp_dashboard_codes_redeem (codes, code, now_us, &error));
  g_assert_error (error, MCP_ERROR, (int) expected);
}

static void
test_used_once (void)
{
  g_autoptr (McpDashboardCodes) codes = mcp_dashboard_codes_new (KEY);
  g_autoptr (GError) error = NULL;
  g_autofree char *code = mcp_dashboard_codes_issue (codes, 0, &error);

  g_test_summary ("A code is exchanged for the key once");
  g_assert_no_error (error);
  assert_refused (codes, "", 0, MCP_ERROR_AUTHENTICATION_FAILED);
  assert_refused (codes, KEY, 0, MCP_ERROR_AUTHENTICATION_FAILED);
  g_assert_cmpstr (mcp_dashboard_codes_redeem (codes, code, 1, &error), ==, KEY);
  g_assert_no_error (error);
  assert_refused (codes, code, 1, MCP_ERROR_AUTHENTICATION_FAILED);
}

static void
test_expires (void)
{
  g_autoptr (McpDashboardCodes) codes = mcp_dashboard_codes_new (KEY);
  g_autofree char *early = mcp_dashboard_codes_issue (codes, 0, NULL);
  g_autofree char *late = mcp_dashboard_codes_issue (codes, 0, NULL);

  g_test_summary ("A code is good for a minute");
  g_assert_nonnull (mcp_dashboard_codes_redeem (codes, early, 60 * SECOND_US - 1, NULL));
  assert_refused (codes, late, 60 * SECOND_US, MCP_ERROR_AUTHENTICATION_FAILED);
}

static void
test_bounded (void)
{
  g_autoptr (McpDashboardCodes) codes = mcp_dashboard_codes_new (KEY);
  g_autofree char *first = mcp_dashboard_codes_issue (codes, 0, NULL);
  g_autofree char *second = mcp_dashboard_codes_issue (codes, 0, NULL);

  g_test_summary ("Sixteen codes wait at a time; one more takes the place of the oldest");
  for (guint i = 0; i < 15; i++)
    g_free (mcp_dashboard_codes_issue (codes, 0, NULL));
  assert_refused (codes, first, 1, MCP_ERROR_AUTHENTICATION_FAILED);
  g_assert_nonnull (mcp_dashboard_codes_redeem (codes, second, 1, NULL));
}

static void
test_wrong_codes (void)
{
  g_autoptr (McpDashboardCodes) codes = mcp_dashboard_codes_new (KEY);
  g_autofree char *code = mcp_dashboard_codes_issue (codes, SECOND_US, NULL);

  g_test_summary (
      "After thirty wrong codes more are refused for a while; the right one counts: whoever "
      "has no key cannot shut the owner out");
  for (guint i = 0; i < 30; i++)
    assert_refused (codes, "wrong", SECOND_US, MCP_ERROR_AUTHENTICATION_FAILED);
  assert_refused (codes, "wrong", SECOND_US, MCP_ERROR_LIMIT_EXCEEDED);
  g_assert_nonnull (mcp_dashboard_codes_redeem (codes, code, SECOND_US, NULL));
  assert_refused (codes, code, SECOND_US, MCP_ERROR_LIMIT_EXCEEDED);
  assert_refused (codes, code, 4 * SECOND_US, MCP_ERROR_AUTHENTICATION_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/dashboard-codes/used-once", test_used_once);
  g_test_add_func ("/http/dashboard-codes/expires", test_expires);
  g_test_add_func ("/http/dashboard-codes/bounded", test_bounded);
  g_test_add_func ("/http/dashboard-codes/wrong-codes", test_wrong_codes);

  return g_test_run ();
}
