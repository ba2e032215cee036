/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-turn-queue.h"

#include "mcp-test-await.h"

#include <time.h>

#define N_PIECES 10
#define PIECE_MS 3

typedef struct
{
  McpTurnQueue *queue;
  GString *done;
  guint n_others; /* turns that others had while pieces were left */
} Fixture;

typedef struct
{
  Fixture *fixture;
  guint number;
} Piece;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->queue = mcp_turn_queue_new ("test");
  f->done = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->queue, mcp_turn_queue_free);
  g_string_free (f->done, TRUE);
}

static void
push (Fixture *f, McpTurnFunc func, guint number)
{
  Piece *piece = g_new (Piece, 1);

  *piece = (Piece){ f, number };
  mcp_turn_queue_push (f->queue, func, piece);
}

static void
note (gpointer item)
{
  g_autofree Piece *piece = item;

  g_string_append_printf (piece->fixture->done, "%u", piece->number);
}

static void
work (gpointer item)
{
  gint64 until_us = g_get_monotonic_time () + PIECE_MS * 1000;

  while (g_get_monotonic_time () < until_us)
    ;
  note (item);
}

static void
push_next (gpointer item)
{
  Piece *piece = item;

  if (piece->number < N_PIECES - 1)
    push (piece->fixture, push_next, piece->number + 1);
  note (item);
}

static void
free_queue (gpointer item)
{
  Piece *piece = item;

  g_clear_pointer (&piece->fixture->queue, mcp_turn_queue_free);
  note (item);
}

static gboolean
other_cb (gpointer user_data)
{
  Fixture *f = user_data;

  f->n_others++;
  return f->done->len < N_PIECES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
test_order (Fixture *f, gconstpointer data)
{
  g_test_summary ("Pieces are done in the order in which they came, and none at once");
  for (guint i = 0; i < N_PIECES; i++)
    push (f, note, i);
  g_assert_cmpuint (f->done->len, ==, 0);
  AWAIT (f->done->len == N_PIECES);
  g_assert_cmpstr (f->done->str, ==, "0123456789");
}

static void
test_others (Fixture *f, gconstpointer data)
{
  g_test_summary ("Others have a turn after each piece that takes its time");
  for (guint i = 0; i < N_PIECES; i++)
    push (f, work, i);
  g_idle_add_full (G_PRIORITY_DEFAULT, other_cb, f, NULL);
  AWAIT (f->done->len == N_PIECES);
  mcp_test_settle ();
  g_assert_cmpuint (f->n_others, >=, N_PIECES - 1);
}

static void
test_more (Fixture *f, gconstpointer data)
{
  g_test_summary ("A piece may bring another one");
  push (f, push_next, 0);
  AWAIT (f->done->len == N_PIECES);
  g_assert_cmpstr (f->done->str, ==, "0123456789");
}

static void
test_freed (Fixture *f, gconstpointer data)
{
  g_test_summary ("The last piece may free the queue");
  push (f, note, 0);
  push (f, free_queue, 1);
  AWAIT (f->queue == NULL);
  g_assert_cmpstr (f->done->str, ==, "01");
}

#define ADD(name, function) \
  g_test_add ("/common/turn-queue/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("keeps-order", test_order);
  ADD ("others-have-turns", test_others);
  ADD ("piece-brings-another", test_more);
  ADD ("freed-by-the-last-piece", test_freed);
  return g_test_run ();
}
