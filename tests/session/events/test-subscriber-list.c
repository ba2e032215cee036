/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/events/mcp-subscriber-list.h"

#define N_QUEUES 200

typedef struct
{
  McpSubscriberList *list;
  McpEventQueue *queues[N_QUEUES];
  McpProgressEvent *event;
  GArray *woken; /* (element-type guint): who, in that order */
} Fixture;

typedef struct
{
  Fixture *f;
  guint number;
} Reader;

static void
note_cb (McpEventQueue *queue, gpointer user_data)
{
  Reader *reader = user_data;

  g_array_append_val (reader->f->woken, reader->number);
}

static void
set_notify (Fixture *f, guint i, McpEventQueueNotify notify)
{
  Reader *reader = g_new (Reader, 1);

  *reader = (Reader){ .f = f, .number = i };
  mcp_event_queue_set_notify (f->queues[i], notify, reader, g_free);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const McpProgressFields fields = { .progress = 1 };

  f->list = mcp_subscriber_list_new ();
  f->event = mcp_progress_event_new (&fields, "id", 1, 0);
  f->woken = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < N_QUEUES; i++)
    {
      f->queues[i] = mcp_event_queue_new (4, (GDestroyNotify) mcp_progress_event_unref);
      set_notify (f, i, note_cb);
      mcp_subscriber_list_add (f->list, f->queues[i], i % 2 == 0);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  mcp_subscriber_list_free (f->list);
  for (guint i = 0; i < N_QUEUES; i++)
    g_clear_pointer (&f->queues[i], mcp_event_queue_unref);
  mcp_progress_event_unref (f->event);
  g_array_unref (f->woken);
}

static guint
woken_at (Fixture *f, guint position)
{
  return g_array_index (f->woken, guint, position);
}

static void
test_order (Fixture *f, gconstpointer data)
{
  g_test_summary ("Subscribers are served in the order in which they came, also after others left");
  g_assert_cmpuint (mcp_subscriber_list_get_n_counted (f->list), ==, N_QUEUES / 2);
  for (guint i = 0; i < N_QUEUES; i++)
    {
      if (i % 5 != 0)
        g_assert_true (mcp_subscriber_list_remove (f->list, f->queues[i]));
    }
  g_assert_cmpuint (mcp_subscriber_list_get_n_counted (f->list), ==, N_QUEUES / 10);
  /* one that was there before comes back behind all others */
  mcp_subscriber_list_add (f->list, f->queues[1], TRUE);

  mcp_subscriber_list_push (f->list, f->event);
  g_assert_cmpuint (f->woken->len, ==, N_QUEUES / 5 + 1);
  for (guint i = 0; i < N_QUEUES / 5; i++)
    g_assert_cmpuint (woken_at (f, i), ==, 5 * i);
  g_assert_cmpuint (woken_at (f, N_QUEUES / 5), ==, 1);
}

static void
test_remove_again (Fixture *f, gconstpointer data)
{
  g_test_summary ("A queue that is not in the list is passed over");
  g_assert_true (mcp_subscriber_list_remove (f->list, f->queues[0]));
  g_assert_false (mcp_subscriber_list_remove (f->list, f->queues[0]));
  g_assert_cmpuint (mcp_subscriber_list_get_n_counted (f->list), ==, N_QUEUES / 2 - 1);
}

/* Removes itself, its predecessor and its successor, and most others. */
static void
remove_many_cb (McpEventQueue *queue, gpointer user_data)
{
  Reader *reader = user_data;
  Fixture *f = reader->f;
  guint number = reader->number;

  note_cb (queue, user_data);
  for (guint i = 0; i < N_QUEUES - 1; i++)
    {
      if (i != number + 2)
        mcp_subscriber_list_remove (f->list, f->queues[i]);
    }
}

static void
test_remove_while_pushing (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who leaves while an event is handed out takes it from nobody else");
  set_notify (f, 10, remove_many_cb);
  mcp_subscriber_list_push (f->list, f->event);
  g_assert_cmpuint (f->woken->len, ==, 13);
  g_assert_cmpuint (woken_at (f, 10), ==, 10);
  g_assert_cmpuint (woken_at (f, 11), ==, 12);
  g_assert_cmpuint (woken_at (f, 12), ==, N_QUEUES - 1);

  g_assert_true (mcp_subscriber_list_remove (f->list, f->queues[12]));
  g_assert_true (mcp_subscriber_list_remove (f->list, f->queues[N_QUEUES - 1]));
  g_assert_cmpuint (mcp_subscriber_list_get_n_counted (f->list), ==, 0);
}

static void
add_cb (McpEventQueue *queue, gpointer user_data)
{
  Fixture *f = ((Reader *) user_data)->f;

  note_cb (queue, user_data);
  mcp_subscriber_list_add (f->list, f->queues[0], TRUE);
}

static void
test_add_while_pushing (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who comes while an event is handed out gets the next one");
  mcp_subscriber_list_remove (f->list, f->queues[0]);
  set_notify (f, 1, add_cb);
  mcp_subscriber_list_push (f->list, f->event);
  g_assert_cmpuint (mcp_event_queue_get_length (f->queues[0]), ==, 0);
  mcp_subscriber_list_push (f->list, f->event);
  g_assert_cmpuint (mcp_event_queue_get_length (f->queues[0]), ==, 1);
}

static void
close_cb (McpEventQueue *queue, gpointer user_data)
{
  Fixture *f = ((Reader *) user_data)->f;

  note_cb (queue, user_data);
  mcp_subscriber_list_close (f->list, "closed");
}

static void
test_close_while_pushing (Fixture *f, gconstpointer data)
{
  g_test_summary ("An end while an event is handed out ends that too");
  set_notify (f, 2, close_cb);
  mcp_subscriber_list_push (f->list, f->event);
  g_assert_cmpuint (mcp_event_queue_get_length (f->queues[2]), ==, 1);
  g_assert_cmpuint (mcp_event_queue_get_length (f->queues[3]), ==, 0);
  for (guint i = 0; i < N_QUEUES; i++)
    g_assert_cmpstr (mcp_event_queue_get_reason (f->queues[i]), ==, "closed");
  g_assert_cmpuint (mcp_subscriber_list_get_n_counted (f->list), ==, 0);
}

static void
remove_next_cb (McpEventQueue *queue, gpointer user_data)
{
  Reader *reader = user_data;

  mcp_subscriber_list_remove (reader->f->list, reader->f->queues[reader->number + 1]);
}

static void
test_remove_while_closing (Fixture *f, gconstpointer data)
{
  g_test_summary ("Who leaves while the list is closed takes the end from nobody");
  set_notify (f, 4, remove_next_cb);
  mcp_subscriber_list_close (f->list, "expired");
  for (guint i = 0; i < N_QUEUES; i++)
    g_assert_cmpstr (mcp_event_queue_get_reason (f->queues[i]), ==, "expired");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/subscriber-list/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("order", test_order);
  ADD ("remove-again", test_remove_again);
  ADD ("remove-while-pushing", test_remove_while_pushing);
  ADD ("add-while-pushing", test_add_while_pushing);
  ADD ("close-while-pushing", test_close_while_pushing);
  ADD ("remove-while-closing", test_remove_while_closing);
  return g_test_run ();
}
