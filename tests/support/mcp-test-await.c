/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-await.h"

#include <glib-object.h>

/* How often a condition is looked at that no source of the main context tells of. */
#define TICK_MS       1
#define SETTLE_ROUNDS 20

/**
 * mcp_test_await_begin:
 *
 * Returns: the deadline of a wait that begins now; monotonic, in microseconds
 */
gint64
mcp_test_await_begin (void)
{
  return g_get_monotonic_time () + MCP_TEST_PATIENCE_SECONDS * G_USEC_PER_SEC;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/**
 * mcp_test_await_step:
 * @deadline_us: of mcp_test_await_begin()
 * @what: what is waited for, for the message
 *
 * Lets the main context do something, or sleep for a moment; fails the test after the deadline.
 */
void
mcp_test_await_step (gint64 deadline_us, const char *what)
{
  guint id = g_timeout_add (TICK_MS, tick_cb, NULL);

  if (g_get_monotonic_time () > deadline_us)
    g_error ("Waited %d s in vain for: %s", MCP_TEST_PATIENCE_SECONDS, what);
  g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

/**
 * mcp_test_settle:
 *
 * Runs the main context until nothing is due, and lets the kernel pass on what was sent meanwhile.
 * What has not happened then needs another event.
 */
void
mcp_test_settle (void)
{
  for (guint i = 0; i < SETTLE_ROUNDS; i++)
    while (g_main_context_iteration (NULL, FALSE))
      ;
}

static void
finalized_cb (gpointer has_ended, GObject *object)
{
  g_atomic_int_set ((int *) has_ended, TRUE);
}

/**
 * mcp_test_await_finalized:
 * @object: (transfer full): of which the test owns the last lasting reference
 *
 * As g_assert_finalize_object(), where a worker thread may hold a reference until the thread is
 * done.
 */
void
mcp_test_await_finalized (gpointer object)
{
  int has_ended = FALSE;

  g_object_weak_ref (object, finalized_cb, &has_ended);
  g_object_unref (object);
  AWAIT (g_atomic_int_get (&has_ended));
}

/**
 * mcp_test_count_fds:
 *
 * Returns: the number of file descriptors that this process has open
 */
guint
mcp_test_count_fds (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (directory) != NULL)
    n++;
  return n;
}
