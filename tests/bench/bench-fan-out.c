/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session/store/mcp-session-store.h"

/*
 * What it costs to publish an event to a session's subscribers, next to the
 * least that could be done: a mutex and a GQueue a subscriber, into which a
 * shared pointer goes, made in the same run. A ratio says the same on every
 * machine. Prints what it measured, and fails when fan-out is far off.
 */

#define N_DELIVERIES   1000000
#define N_ROUNDS       3
/* Ours count, bound and wake besides; the margin is for a busy machine. One alone also pays for the
 * event itself, so that its ratio says little. */
#define MAX_RATIO_MANY 10.0
/* Events between two drains, so that nothing is dropped. */
#define N_A_TURN       50

typedef struct
{
  GMutex lock;
  GQueue items;
} PlainQueue;

static void
drain_plain (PlainQueue *queue)
{
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (GBytes) item = NULL;

      g_mutex_lock (&queue->lock);
      item = g_queue_pop_head (&queue->items);
      g_mutex_unlock (&queue->lock);
      more = item != NULL;
    }
}

static void
push_plain (PlainQueue *queue, GBytes *item)
{
  g_mutex_lock (&queue->lock);
  g_queue_push_tail (&queue->items, g_bytes_ref (item));
  g_mutex_unlock (&queue->lock);
}

static double
run_plain (guint n_subscribers, guint n_events)
{
  g_autofree PlainQueue *queues = g_new0 (PlainQueue, n_subscribers);
  gint64 start_us;
  gint64 spent_us = 0;

  for (guint i = 0; i < n_subscribers; i++)
    {
      g_mutex_init (&queues[i].lock);
      g_queue_init (&queues[i].items);
    }
  for (guint n = 0; n < n_events; n += N_A_TURN)
    {
      start_us = g_get_monotonic_time ();
      for (guint e = 0; e < N_A_TURN; e++)
        {
          g_autoptr (GBytes) item = g_bytes_new_static ("", 0);

          for (guint i = 0; i < n_subscribers; i++)
            push_plain (&queues[i], item);
        }
      spent_us += g_get_monotonic_time () - start_us;
      for (guint i = 0; i < n_subscribers; i++)
        drain_plain (&queues[i]);
    }
  for (guint i = 0; i < n_subscribers; i++)
    g_mutex_clear (&queues[i].lock);
  return (double) spent_us * 1000 / n_subscribers / n_events;
}

static void
drain (McpEventQueue *queue)
{
  gboolean more = TRUE;

  while (more)
    {
      guint64 missed;
      g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (queue, &missed);

      if (missed > 0)
        g_error ("A drained queue missed %" G_GUINT64_FORMAT " events", missed);
      more = event != NULL;
    }
}

static void
publish_turn (McpSession *session)
{
  const McpProgressFields fields = {
    .progress = 4,
    .has_total = TRUE,
    .total = 10,
    .message = "page 4",
    .tool = "notion__search",
    .call_id = "c-000012",
    .state = MCP_PROGRESS_STATE_RUNNING,
  };

  for (guint e = 0; e < N_A_TURN; e++)
    mcp_session_publish (session, &fields);
}

static double
run_session (guint n_subscribers, guint n_events)
{
  const McpSessionParams params = { .cwd = "/" };
  g_autoptr (GPtrArray) queues =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_event_queue_unref);
  g_autoptr (McpSessionStore) store = NULL;
  McpSession *session;
  gint64 spent_us = 0;
  McpLimits limits;

  mcp_limits_init_defaults (&limits);
  store = mcp_session_store_new (&limits);
  session = mcp_session_store_create (store, &params, NULL, NULL);
  for (guint i = 0; i < n_subscribers; i++)
    g_ptr_array_add (queues, mcp_session_subscribe (session, MCP_SUBSCRIBER_STREAM, NULL, NULL));
  for (guint n = 0; n < n_events; n += N_A_TURN)
    {
      gint64 start_us = g_get_monotonic_time ();

      publish_turn (session);
      spent_us += g_get_monotonic_time () - start_us;
      for (guint i = 0; i < n_subscribers; i++)
        drain (queues->pdata[i]);
    }
  return (double) spent_us * 1000 / n_subscribers / n_events;
}

/* Rounds of the two take turns: what else the machine does hits both. */
static double
compare (guint n_subscribers)
{
  guint n_events = N_DELIVERIES / n_subscribers / N_A_TURN * N_A_TURN;
  double plain_ns = G_MAXDOUBLE;
  double session_ns = G_MAXDOUBLE;
  double ratio;

  if (n_subscribers == 1)
    n_events /= 10;
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      plain_ns = MIN (plain_ns, run_plain (n_subscribers, n_events));
      session_ns = MIN (session_ns, run_session (n_subscribers, n_events));
    }
  ratio = session_ns / plain_ns;
  g_print ("%4u subscribers: %7.1f ns a delivery, %6.2f times a plain queue's %5.1f ns\n",
           n_subscribers, session_ns, ratio, plain_ns);
  return ratio;
}

int
main (void)
{
  gboolean fast;

  compare (1);
  fast = compare (100) <= MAX_RATIO_MANY;
  fast &= compare (1000) <= MAX_RATIO_MANY;
  return fast ? 0 : 1;
}
