/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/events/mcp-event-queue.h"

#define LENGTH 4

typedef struct
{
  McpEventQueue *queue;
  guint n_notified;
  guint n_destroyed;
} Fixture;

static guint n_freed; /* by the queue */

static void
free_item (gpointer item)
{
  n_freed++;
  g_free (item);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  n_freed = 0;
  f->queue = mcp_event_queue_new (LENGTH, free_item);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->queue, mcp_event_queue_unref);
}

static void
notify_cb (McpEventQueue *queue, gpointer user_data)
{
  ((Fixture *) user_data)->n_notified++;
}

static void
destroy_cb (gpointer user_data)
{
  ((Fixture *) user_data)->n_destroyed++;
}

static gboolean
push (Fixture *f, guint number)
{
  guint *item = g_new (guint, 1);

  *item = number;
  return mcp_event_queue_push (f->queue, item);
}

static void
assert_pop (Fixture *f, guint number, guint64 missed)
{
  guint64 told = 99;
  g_autofree guint *item = mcp_event_queue_pop (f->queue, &told);

  g_assert_nonnull (item);
  g_assert_cmpuint (*item, ==, number);
  g_assert_cmpuint (told, ==, missed);
}

static void
assert_nothing (Fixture *f, guint64 missed)
{
  guint64 told = 99;

  g_assert_null (mcp_event_queue_pop (f->queue, &told));
  g_assert_cmpuint (told, ==, missed);
}

static void
test_order (Fixture *f, gconstpointer data)
{
  g_test_summary ("Items come out in the order in which they went in");
  for (guint i = 1; i <= LENGTH; i++)
    {
      g_assert_true (push (f, i));
      g_assert_cmpuint (mcp_event_queue_get_length (f->queue), ==, i);
    }
  for (guint i = 1; i <= LENGTH; i++)
    assert_pop (f, i, 0);
  assert_nothing (f, 0);
  g_assert_cmpuint (mcp_event_queue_get_length (f->queue), ==, 0);
  g_assert_cmpuint (n_freed, ==, 0);
}

static void
test_drops_oldest (Fixture *f, gconstpointer data)
{
  g_test_summary ("A full queue drops its oldest item, and tells how many before the next one");
  for (guint i = 1; i <= LENGTH; i++)
    g_assert_true (push (f, i));
  g_assert_false (mcp_event_queue_is_lagging (f->queue));
  for (guint i = LENGTH + 1; i <= LENGTH + 3; i++)
    g_assert_false (push (f, i));

  g_assert_true (mcp_event_queue_is_lagging (f->queue));
  g_assert_cmpuint (mcp_event_queue_get_length (f->queue), ==, LENGTH);
  g_assert_cmpuint (n_freed, ==, 3);
  assert_pop (f, 4, 3);
  g_assert_false (mcp_event_queue_is_lagging (f->queue));
  assert_pop (f, 5, 0);
}

static void
test_counts_again (Fixture *f, gconstpointer data)
{
  g_test_summary ("Each gap is told once, where it is");
  for (guint i = 1; i <= LENGTH + 2; i++)
    push (f, i);
  assert_pop (f, 3, 2);
  push (f, 7);
  push (f, 8);
  assert_pop (f, 5, 1);
  assert_pop (f, 6, 0);
  assert_pop (f, 7, 0);
  assert_pop (f, 8, 0);
  assert_nothing (f, 0);
}

static void
test_add_missed (Fixture *f, gconstpointer data)
{
  g_test_summary ("A gap before the first item is told, with or without an item behind it");
  mcp_event_queue_add_missed (f->queue, 0);
  assert_nothing (f, 0);
  mcp_event_queue_add_missed (f->queue, 7);
  g_assert_false (mcp_event_queue_is_lagging (f->queue));
  assert_nothing (f, 7);
  assert_nothing (f, 0);

  mcp_event_queue_add_missed (f->queue, 5);
  for (guint i = 1; i <= LENGTH + 1; i++)
    push (f, i);
  assert_pop (f, 2, 6);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  g_test_summary (
      "A closed queue takes nothing more, but gives what it has; the first reason stands");
  push (f, 1);
  push (f, 2);
  g_assert_null (mcp_event_queue_get_reason (f->queue));
  mcp_event_queue_close (f->queue, "expired");
  mcp_event_queue_close (f->queue, "closed");
  g_assert_cmpstr (mcp_event_queue_get_reason (f->queue), ==, "expired");

  g_assert_false (push (f, 3));
  g_assert_cmpuint (n_freed, ==, 1);
  mcp_event_queue_add_missed (f->queue, 3);
  assert_pop (f, 1, 0);
  assert_pop (f, 2, 0);
  assert_nothing (f, 0);
  g_assert_cmpstr (mcp_event_queue_get_reason (f->queue), ==, "expired");
}

static void
test_frees (Fixture *f, gconstpointer data)
{
  McpEventQueue *queue = mcp_event_queue_ref (f->queue);

  g_test_summary ("The last reference frees the items left and the notify's data");
  mcp_event_queue_set_notify (f->queue, notify_cb, f, destroy_cb);
  push (f, 1);
  push (f, 2);
  mcp_event_queue_unref (queue);
  g_assert_cmpuint (n_freed, ==, 0);
  g_clear_pointer (&f->queue, mcp_event_queue_unref);
  g_assert_cmpuint (n_freed, ==, 2);
  g_assert_cmpuint (f->n_destroyed, ==, 1);
}

static void
test_notify (Fixture *f, gconstpointer data)
{
  g_test_summary ("The reader is woken by the first item, and again only after it found nothing");
  mcp_event_queue_set_notify (f->queue, notify_cb, f, NULL);
  g_assert_cmpuint (f->n_notified, ==, 0);
  for (guint i = 1; i <= LENGTH + 2; i++)
    push (f, i);
  g_assert_cmpuint (f->n_notified, ==, 1);

  for (guint i = 3; i <= LENGTH + 2; i++)
    assert_pop (f, i, i == 3 ? 2 : 0);
  push (f, 7);
  g_assert_cmpuint (f->n_notified, ==, 1);
  assert_pop (f, 7, 0);
  assert_nothing (f, 0);
  push (f, 8);
  g_assert_cmpuint (f->n_notified, ==, 2);
}

static void
test_notify_close (Fixture *f, gconstpointer data)
{
  g_test_summary ("The reader is woken by a gap and by the end, if it is not awake already");
  mcp_event_queue_set_notify (f->queue, notify_cb, f, NULL);
  mcp_event_queue_add_missed (f->queue, 1);
  g_assert_cmpuint (f->n_notified, ==, 1);
  mcp_event_queue_close (f->queue, "closed");
  g_assert_cmpuint (f->n_notified, ==, 1);

  f->n_notified = 0;
  tear_down (f, data);
  set_up (f, data);
  mcp_event_queue_set_notify (f->queue, notify_cb, f, NULL);
  mcp_event_queue_close (f->queue, "closed");
  mcp_event_queue_close (f->queue, "closed");
  g_assert_cmpuint (f->n_notified, ==, 1);
}

static void
test_notify_late (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who is set on a queue that has something to tell is woken at once");
  mcp_event_queue_set_notify (f->queue, notify_cb, f, destroy_cb);
  g_assert_cmpuint (f->n_notified, ==, 0);
  push (f, 1);
  g_assert_cmpuint (f->n_notified, ==, 1);
  mcp_event_queue_set_notify (f->queue, notify_cb, f, destroy_cb);
  g_assert_cmpuint (f->n_notified, ==, 2);
  g_assert_cmpuint (f->n_destroyed, ==, 1);
  assert_pop (f, 1, 0);

  mcp_event_queue_set_notify (f->queue, NULL, NULL, NULL);
  g_assert_cmpuint (f->n_destroyed, ==, 2);
  mcp_event_queue_add_missed (f->queue, 3);
  g_assert_cmpuint (f->n_notified, ==, 2);
  mcp_event_queue_set_notify (f->queue, notify_cb, f, NULL);
  g_assert_cmpuint (f->n_notified, ==, 3);
  assert_nothing (f, 3);

  mcp_event_queue_set_notify (f->queue, NULL, NULL, NULL);
  mcp_event_queue_close (f->queue, "closed");
  mcp_event_queue_set_notify (f->queue, notify_cb, f, NULL);
  g_assert_cmpuint (f->n_notified, ==, 4);
}

static void
go_away_cb (McpEventQueue *queue, gpointer user_data)
{
  Fixture *f = user_data;

  mcp_event_queue_set_notify (queue, NULL, NULL, NULL);
  g_clear_pointer (&f->queue, mcp_event_queue_unref);
  /* the data outlives the call */
  g_assert_cmpuint (f->n_destroyed, ==, 0);
  f->n_notified++;
}

static void
test_notify_goes_away (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who is woken may let go of the queue and of itself");
  mcp_event_queue_set_notify (f->queue, go_away_cb, f, destroy_cb);
  push (f, 1);
  g_assert_cmpuint (f->n_notified, ==, 1);
  g_assert_cmpuint (f->n_destroyed, ==, 1);
  g_assert_cmpuint (n_freed, ==, 1);
}

static void
test_has_room (Fixture *f, gconstpointer data)
{
  g_test_summary ("There is room for what fits; who lags or has ended is not waited for");
  g_assert_true (mcp_event_queue_has_room (f->queue, LENGTH));
  g_assert_true (mcp_event_queue_has_room (f->queue, LENGTH + 1));
  push (f, 1);
  g_assert_true (mcp_event_queue_has_room (f->queue, LENGTH - 1));
  g_assert_false (mcp_event_queue_has_room (f->queue, LENGTH));
  g_assert_false (mcp_event_queue_has_room (f->queue, LENGTH + 1));

  for (guint i = 2; i <= LENGTH; i++)
    push (f, i);
  g_assert_true (mcp_event_queue_has_room (f->queue, 0));
  g_assert_false (mcp_event_queue_has_room (f->queue, 1));
  push (f, LENGTH + 1);
  g_assert_true (mcp_event_queue_has_room (f->queue, 1));
  assert_pop (f, 2, 1);
  g_assert_false (mcp_event_queue_has_room (f->queue, 2));
  mcp_event_queue_close (f->queue, "closed");
  g_assert_true (mcp_event_queue_has_room (f->queue, 2));
}

static gsize
get_number (gpointer item)
{
  return *(guint *) item;
}

static void
test_bytes (Fixture *f, gconstpointer data)
{
  g_test_summary (
      "What waits is bounded by bytes, too: the oldest go, and what is larger waits alone");
  mcp_event_queue_limit_bytes (f->queue, 10, get_number);
  g_assert_true (push (f, 4));
  g_assert_true (mcp_event_queue_has_room (f->queue, 1));
  g_assert_true (push (f, 6));
  g_assert_false (mcp_event_queue_has_room (f->queue, 1));
  g_assert_false (push (f, 1));
  assert_pop (f, 6, 1);
  assert_pop (f, 1, 0);

  g_assert_true (push (f, 5));
  g_assert_true (push (f, 3));
  g_assert_false (push (f, 100));
  g_assert_cmpuint (n_freed, ==, 3);
  g_assert_false (push (f, 2));
  assert_pop (f, 2, 3);
  g_assert_true (push (f, 10));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/event-queue/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("order", test_order);
  ADD ("drops-oldest", test_drops_oldest);
  ADD ("bytes", test_bytes);
  ADD ("counts-again", test_counts_again);
  ADD ("add-missed", test_add_missed);
  ADD ("close", test_close);
  ADD ("frees", test_frees);
  ADD ("notify", test_notify);
  ADD ("notify-close", test_notify_close);
  ADD ("notify-late", test_notify_late);
  ADD ("notify-goes-away", test_notify_goes_away);
  ADD ("has-room", test_has_room);
  return g_test_run ();
}
