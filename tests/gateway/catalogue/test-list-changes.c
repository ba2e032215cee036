/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gateway/catalogue/mcp-list-changes.h"

/* A server that says list_changed 1 ms after each listing: how often is it asked in a time? */
static guint
count_listings (guint seconds, gboolean is_changed, gboolean *is_over)
{
  McpListChanges pace = { 0 };
  gint64 now_us = 1;
  guint n_listings = 0;
  guint delay_ms;

  *is_over = FALSE;
  while (now_us < seconds * G_USEC_PER_SEC)
    {
      if (!mcp_list_changes_next (&pace, now_us, &delay_ms))
        {
          *is_over = TRUE;
          break;
        }
      now_us += delay_ms * 1000;
      mcp_list_changes_listed (&pace, now_us, is_changed);
      n_listings++;
      now_us += 1000;
    }
  return n_listings;
}

static void
test_echo (void)
{
  gboolean is_over;

  g_test_summary ("A server that says list_changed whenever it is listed is asked less and less "
                  "often, and in the end not at all");
  g_assert_cmpuint (count_listings (5, FALSE, &is_over), <, 12);
  g_assert_false (is_over);
  g_assert_cmpuint (count_listings (600, FALSE, &is_over), <, 15);
  g_assert_true (is_over);
}

static void
test_changes (void)
{
  gboolean is_over;

  g_test_summary ("Listings that find something new go on, but not for ever at this pace");
  g_assert_cmpuint (count_listings (2, TRUE, &is_over), >, 20);
  count_listings (600, TRUE, &is_over);
  g_assert_true (is_over);
}

static void
test_news (void)
{
  McpListChanges pace = { 0 };
  guint delay_ms;

  g_test_summary ("A list_changed after a quiet time is asked for at once, a client's list after a "
                  "pause");
  for (guint i = 0; mcp_list_changes_next (&pace, 1000, &delay_ms); i++)
    mcp_list_changes_listed (&pace, 1000, FALSE);
  g_assert_false (mcp_list_changes_may_ask (&pace, 2 * G_USEC_PER_SEC));
  g_assert_true (mcp_list_changes_may_ask (&pace, 31 * G_USEC_PER_SEC));
  g_assert_true (mcp_list_changes_next (&pace, 6 * G_USEC_PER_SEC, &delay_ms));
  g_assert_cmpuint (delay_ms, ==, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gateway/list-changes/echo", test_echo);
  g_test_add_func ("/gateway/list-changes/changes", test_changes);
  g_test_add_func ("/gateway/list-changes/news", test_news);
  return g_test_run ();
}
