/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-names.h"
#include "daemon/mcpd-expiry-timer.h"
#include "test-dir.h"

typedef struct
{
  McpSessionStore *store;
  McpdExpiryTimer *expiry;
  gboolean removed;
} Fixture;

static void
removed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
setup (Fixture *f, gconstpointer data)
{
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  f->store = mcp_session_store_new (&limits);
  f->expiry = mcpd_expiry_timer_new (f->store);
  g_signal_connect_swapped (f->store, "session-removed", G_CALLBACK (removed_cb), &f->removed);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
  g_assert_finalize_object (f->expiry);
  g_assert_finalize_object (f->store);
}

static void
create (Fixture *f, gint64 idle_seconds)
{
  McpSessionParams params = { .cwd = "/", .idle_seconds = idle_seconds };
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;

  g_assert_nonnull (mcp_session_store_create (f->store, &params, &token, &error));
  g_assert_no_error (error);
}

static void
test_interval (Fixture *f, gconstpointer data)
{
  static const struct
  {
    gint64 idle_seconds;
    guint interval_seconds;
  } cases[] = { { 0, 0 }, { 86400, 3600 }, { 80, 81 }, { 400, 81 }, { 0, 81 }, { 3, 4 } };

  g_test_summary (
      "The session that may end first decides when is looked; without one nobody looks");
  g_assert_cmpuint (mcpd_expiry_timer_get_interval (f->expiry), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      create (f, cases[i].idle_seconds);
      /* a second may have begun since the session was made */
      g_assert_cmpuint (mcpd_expiry_timer_get_interval (f->expiry), <=, cases[i].interval_seconds);
      g_assert_cmpuint (mcpd_expiry_timer_get_interval (f->expiry) + 1, >=,
                        cases[i].interval_seconds);
    }
  mcp_session_store_close_all (f->store, MCP_REASON_CLOSED);
  g_assert_cmpuint (mcpd_expiry_timer_get_interval (f->expiry), ==, 0);
}

static void
test_expires (Fixture *f, gconstpointer data)
{
  g_test_summary ("An idle session ends by itself; one that never expires stays");
  create (f, 0);
  create (f, 1);
  test_await (&f->removed, "the session's end");
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/daemon/expiry/interval", Fixture, NULL, setup, test_interval, teardown);
  g_test_add ("/daemon/expiry/expires", Fixture, NULL, setup, test_expires, teardown);
  return g_test_run ();
}
