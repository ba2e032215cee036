/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-test-await.h"
#include "session/events/mcp-event-queue.h"

#define N_PUSHERS  4
#define N_ITEMS    20000 /* of each pusher */
#define N_NOTIFIES 5000
#define DEADLINE   (MCP_TEST_PATIENCE_SECONDS * G_USEC_PER_SEC)

/* An item says who pushed it and as which of its items: never 0. */
#define MAKE_ITEM(pusher, number) GUINT_TO_POINTER ((pusher) *N_ITEMS + (number) + 1)

typedef struct
{
  McpEventQueue *queue; /* (unowned) */
  guint pusher;
} Job;

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean woken; /* under the lock */
} Reader;

/* Items are numbers: there is nothing to free. */
static void
keep_item (gpointer item)
{
}

static gpointer
push_many (gpointer data)
{
  Job *job = data;

  for (guint i = 0; i < N_ITEMS; i++)
    mcp_event_queue_push (job->queue, MAKE_ITEM (job->pusher, i));
  return NULL;
}

static void
start (GThread **threads, Job *jobs, McpEventQueue *queue)
{
  for (guint i = 0; i < N_PUSHERS; i++)
    {
      jobs[i] = (Job){ .queue = queue, .pusher = i };
      threads[i] = g_thread_new ("push", push_many, &jobs[i]);
    }
}

static void
wake_cb (McpEventQueue *queue, gpointer user_data)
{
  Reader *reader = user_data;

  g_mutex_lock (&reader->lock);
  reader->woken = TRUE;
  g_cond_signal (&reader->cond);
  g_mutex_unlock (&reader->lock);
}

static void
await_wake (Reader *reader)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  g_mutex_lock (&reader->lock);
  while (!reader->woken)
    g_assert_true (g_cond_wait_until (&reader->cond, &reader->lock, deadline));
  reader->woken = FALSE;
  g_mutex_unlock (&reader->lock);
}

/* Items of one pusher must come in its order. */
static void
check_order (gpointer item, guint *next)
{
  guint pusher = (GPOINTER_TO_UINT (item) - 1) / N_ITEMS;
  guint number = (GPOINTER_TO_UINT (item) - 1) % N_ITEMS;

  g_assert_cmpuint (pusher, <, N_PUSHERS);
  g_assert_cmpuint (number, >=, next[pusher]);
  next[pusher] = number + 1;
}

static void
test_exact (void)
{
  g_autoptr (McpEventQueue) queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, keep_item);
  GThread *threads[N_PUSHERS];
  Job jobs[N_PUSHERS];
  guint next[N_PUSHERS] = { 0 };
  guint64 n_seen = 0;

  g_test_summary (
      "With several threads pushing, what was popped and what was missed is all there was");
  start (threads, jobs, queue);
  while (n_seen < N_PUSHERS * N_ITEMS)
    {
      guint64 missed = 0;
      gpointer item = mcp_event_queue_pop (queue, &missed);

      g_assert_cmpuint (mcp_event_queue_get_length (queue), <=, MCP_EVENT_QUEUE_LENGTH);
      n_seen += missed + (item != NULL ? 1 : 0);
      if (item != NULL)
        check_order (item, next);
      else
        g_thread_yield ();
    }
  for (guint i = 0; i < N_PUSHERS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (n_seen, ==, N_PUSHERS * N_ITEMS);
  g_assert_cmpuint (mcp_event_queue_get_length (queue), ==, 0);
}

static gpointer
push_then_close (gpointer data)
{
  Job *job = data;

  push_many (job);
  mcp_event_queue_close (job->queue, "closed");
  return NULL;
}

static void
test_no_lost_wake_up (void)
{
  g_autoptr (McpEventQueue) queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, keep_item);
  Job job = { .queue = queue };
  Reader reader = { .woken = FALSE };
  guint64 n_seen = 0;
  gboolean ended = FALSE;
  GThread *thread;

  g_test_summary ("A reader that sleeps until it is woken sees every item, and the end");
  g_mutex_init (&reader.lock);
  g_cond_init (&reader.cond);
  mcp_event_queue_set_notify (queue, wake_cb, &reader, NULL);
  thread = g_thread_new ("push", push_then_close, &job);
  while (!ended)
    {
      guint64 missed;

      await_wake (&reader);
      while (mcp_event_queue_pop (queue, &missed) != NULL)
        n_seen += missed + 1;
      g_assert_cmpuint (missed, ==, 0);
      /* a push may have come between; then there is another wake-up */
      ended = mcp_event_queue_get_reason (queue) != NULL && n_seen == N_ITEMS;
    }
  g_thread_join (thread);
  g_mutex_clear (&reader.lock);
  g_cond_clear (&reader.cond);
}

/* What one notify is given. Kept to the end of the test, so that a call after its end is seen. */
typedef struct
{
  int is_gone;
  int n_late;
} Notified;

static void
notified_cb (McpEventQueue *queue, gpointer user_data)
{
  Notified *notified = user_data;

  if (g_atomic_int_get (&notified->is_gone))
    g_atomic_int_inc (&notified->n_late);
}

static void
notified_gone (gpointer data)
{
  g_atomic_int_inc (&((Notified *) data)->is_gone);
}

static void
test_replaced_notify (void)
{
  g_autofree Notified *notified = g_new0 (Notified, N_NOTIFIES);
  g_autoptr (McpEventQueue) queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, keep_item);
  GThread *threads[N_PUSHERS];
  Job jobs[N_PUSHERS];

  g_test_summary ("A notify's data outlives a call that another thread is in when it is replaced");
  start (threads, jobs, queue);
  for (guint i = 0; i < N_NOTIFIES; i++)
    {
      guint64 missed;

      mcp_event_queue_set_notify (queue, notified_cb, &notified[i], notified_gone);
      while (mcp_event_queue_pop (queue, &missed) != NULL)
        ;
    }
  mcp_event_queue_set_notify (queue, NULL, NULL, NULL);
  for (guint i = 0; i < N_PUSHERS; i++)
    g_thread_join (threads[i]);

  for (guint i = 0; i < N_NOTIFIES; i++)
    {
      g_assert_cmpint (notified[i].is_gone, ==, 1);
      g_assert_cmpint (notified[i].n_late, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/event-queue/threads/exact", test_exact);
  g_test_add_func ("/session/event-queue/threads/no-lost-wake-up", test_no_lost_wake_up);
  g_test_add_func ("/session/event-queue/threads/replaced-notify", test_replaced_notify);
  return g_test_run ();
}
