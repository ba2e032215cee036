/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-timer.h"

typedef struct
{
  GSource *timer;
  guint n_calls;
} Fixture;

static gboolean
clear_cb (gpointer user_data)
{
  Fixture *f = user_data;

  f->n_calls++;
  mcp_timer_clear (&f->timer);
  return G_SOURCE_CONTINUE;
}

static void
test_clear_from_callback (void)
{
  Fixture f = { NULL, 0 };

  g_test_summary ("A timer that is cleared by its own callback does not fire again");
  f.timer = mcp_timer_new_ms ("test", 0, clear_cb, &f);
  g_assert_cmpstr (g_source_get_name (f.timer), ==, "test");

  while (f.n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (f.timer);
  g_assert_false (g_main_context_pending (NULL));
  g_assert_cmpuint (f.n_calls, ==, 1);
}

static void
test_clear_empty (void)
{
  GSource *timer = NULL;

  g_test_summary ("An empty field can be cleared");
  mcp_timer_clear (&timer);
  g_assert_null (timer);
}

static void
test_own_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Fixture f = { NULL, 0 };

  g_test_summary ("A timer runs in the main context of the thread that made it");
  g_main_context_push_thread_default (context);
  f.timer = mcp_timer_new_idle ("test", G_PRIORITY_DEFAULT, clear_cb, &f);
  g_main_context_pop_thread_default (context);

  g_assert_true (g_source_get_context (f.timer) == context);
  g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (f.n_calls, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/common/timer/clear-from-callback", test_clear_from_callback);
  g_test_add_func ("/common/timer/clear-empty", test_clear_empty);
  g_test_add_func ("/common/timer/own-context", test_own_context);
  return g_test_run ();
}
