/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-rate-limit.h"

#define START  (1000 * (gint64) G_USEC_PER_SEC)
#define PERIOD (60 * (gint64) G_USEC_PER_SEC)

static guint
take_all (McpRateLimit *limit, guint per_period, gint64 now_us)
{
  guint n_taken = 0;

  while (mcp_rate_limit_take (limit, per_period, PERIOD, now_us))
    n_taken++;
  return n_taken;
}

static void
test_fills_evenly (void)
{
  McpRateLimit limit = { 0 };

  g_test_summary ("At once what a period allows; then as much as of it has passed");
  g_assert_cmpuint (take_all (&limit, 60, START), ==, 60);
  g_assert_cmpuint (take_all (&limit, 60, START + G_USEC_PER_SEC / 2), ==, 0);
  g_assert_cmpuint (take_all (&limit, 60, START + G_USEC_PER_SEC), ==, 1);
  g_assert_cmpuint (take_all (&limit, 60, START + 4 * G_USEC_PER_SEC), ==, 3);
  g_assert_cmpuint (take_all (&limit, 60, START + 60 * PERIOD), ==, 60);
}

static void
test_changes (void)
{
  McpRateLimit limit = { 0 };

  g_test_summary ("Another limit holds at once");
  g_assert_cmpuint (take_all (&limit, 2, START), ==, 2);
  g_assert_cmpuint (take_all (&limit, 5, START), ==, 3);
  g_assert_cmpuint (take_all (&limit, 1, START), ==, 0);
}

static void
test_wait (void)
{
  McpRateLimit limit = { 0 };
  const guint rates[] = { 1, 7, 60, 30000, 1000000 };

  g_test_summary ("How long to wait is told, and is enough");
  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      gint64 wait_us;

      limit = (McpRateLimit){ 0 };
      g_assert_cmpint (mcp_rate_limit_get_wait (&limit, rates[i], PERIOD, START), ==, 0);
      take_all (&limit, rates[i], START);
      wait_us = mcp_rate_limit_get_wait (&limit, rates[i], PERIOD, START);
      g_assert_cmpint (wait_us, >=, PERIOD / rates[i]);
      g_assert_cmpint (wait_us, <=, PERIOD / rates[i] + 2);
      g_assert_false (mcp_rate_limit_take (&limit, rates[i], PERIOD, START + wait_us / 2));
      g_assert_true (mcp_rate_limit_take (&limit, rates[i], PERIOD, START + wait_us));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/rate-limit/fills-evenly", test_fills_evenly);
  g_test_add_func ("/common/rate-limit/changes", test_changes);
  g_test_add_func ("/common/rate-limit/wait", test_wait);
  return g_test_run ();
}
