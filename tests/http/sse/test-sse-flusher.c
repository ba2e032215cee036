/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The flusher with streams that only count how often they are written. */
#include "http/sse/mcp-sse-flusher.h"

#define N_STREAMS 128
#define WRITE_US  500

typedef struct
{
  McpSseFlusher *flusher;
  McpFlushItem items[N_STREAMS];
  guint n_written;
  guint n_turns;           /* of the main loop, for others, during the round */
  gboolean was_called;     /* what waits for the round */
  guint n_written_at_call; /* when it was called */
} Fixture;

static Fixture *fixture;

static void
do_nothing (gpointer owner)
{
}

static void
write_slowly (gpointer owner, McpSseBatch *scratch)
{
  gint64 until_us = g_get_monotonic_time () + WRITE_US;

  while (g_get_monotonic_time () < until_us)
    ;
  fixture->n_written++;
}

static void
skip_keep_alive (gpointer owner, McpSseBatch *scratch)
{
}

static void
close_item (gpointer owner)
{
  mcp_sse_flusher_remove (fixture->flusher, owner);
}

static const McpFlushItemFuncs funcs = {
  .ref = do_nothing,
  .unref = do_nothing,
  .flush = write_slowly,
  .keep_alive = skip_keep_alive,
  .close = close_item,
};

static void
set_up (Fixture *f, gconstpointer data)
{
  fixture = f;
  f->flusher = mcp_sse_flusher_new ();
  for (guint i = 0; i < N_STREAMS; i++)
    {
      f->items[i].funcs = &funcs;
      f->items[i].owner = &f->items[i];
      mcp_sse_flusher_add (f->flusher, &f->items[i]);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcp_sse_flusher_close (f->flusher);
  mcp_sse_flusher_unref (f->flusher);
}

static gboolean
count_turn (gpointer user_data)
{
  fixture->n_turns++;
  return G_SOURCE_CONTINUE;
}

static void
note_call (gpointer user_data)
{
  fixture->was_called = TRUE;
  fixture->n_written_at_call = fixture->n_written;
}

static void
mark_all (Fixture *f)
{
  for (guint i = 0; i < N_STREAMS; i++)
    mcp_sse_flusher_mark (f->flusher, &f->items[i]);
}

static void
test_yields (Fixture *f, gconstpointer data)
{
  guint tick = g_idle_add_full (G_PRIORITY_DEFAULT, count_turn, NULL, NULL);

  g_test_summary ("Writing to many streams takes turns with whatever else there is to do");
  mark_all (f);
  mcp_sse_flusher_call_after_flush (f->flusher, note_call, NULL, do_nothing);
  while (f->n_written == 0)
    g_main_context_iteration (NULL, TRUE);
  f->n_turns = 0;
  while (!f->was_called)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_written_at_call, ==, N_STREAMS);
  /* 64 ms of writing in slices of 4 to 12 ms */
  g_assert_cmpuint (f->n_turns, >=, 4);
  g_source_remove (tick);
}

static void
test_later_marks (Fixture *f, gconstpointer data)
{
  g_test_summary ("What comes during a round is written in the next one, and then its publisher "
                  "is called");
  mark_all (f);
  while (f->n_written == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_written, <, N_STREAMS);
  mcp_sse_flusher_mark (f->flusher, &f->items[0]);
  mcp_sse_flusher_call_after_flush (f->flusher, note_call, NULL, do_nothing);
  while (!f->was_called)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_written_at_call, ==, N_STREAMS + 1);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  g_test_summary ("Closing in the middle of a round writes all that is pending");
  mark_all (f);
  while (f->n_written == 0)
    g_main_context_iteration (NULL, TRUE);
  mcp_sse_flusher_mark (f->flusher, &f->items[0]);
  mcp_sse_flusher_close (f->flusher);
  g_assert_cmpuint (f->n_written, ==, N_STREAMS + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http/sse-flusher/yields", Fixture, NULL, set_up, test_yields, tear_down);
  g_test_add ("/http/sse-flusher/later-marks", Fixture, NULL, set_up, test_later_marks, tear_down);
  g_test_add ("/http/sse-flusher/close", Fixture, NULL, set_up, test_close, tear_down);
  return g_test_run ();
}
