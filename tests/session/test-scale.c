/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-test.h"

#define N_SESSIONS    1000
#define N_SUBSCRIBERS 1000
#define N_STALLED     50
#ifdef __SANITIZE_ADDRESS__
#define N_EVENTS 2000
#else
#define N_EVENTS 10000
#endif
/* How often those that read do so: less than a queue holds. */
#define N_A_TURN 50

typedef struct
{
  McpEventQueue *queue;
  guint64 n_popped;
  guint64 n_missed;
  guint64 last; /* sequence number of the newest event it had */
} Subscriber;

/* Takes all there is; what comes and what is told as missed must be all numbers in a row. */
static void
drain (Subscriber *subscriber)
{
  gboolean more = TRUE;

  while (more)
    {
      guint64 missed = 0;
      g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (subscriber->queue, &missed);

      subscriber->n_missed += missed;
      more = event != NULL;
      if (more)
        {
          subscriber->n_popped++;
          g_assert_cmpuint (mcp_progress_event_get_sequence (event), ==,
                            subscriber->last + missed + 1);
          subscriber->last = mcp_progress_event_get_sequence (event);
        }
    }
}

static McpSession *
create_many (McpSessionStore *store)
{
  McpSession *session = NULL;

  for (guint i = 0; i < N_SESSIONS; i++)
    session = session_test_create (store, NULL);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (store), ==, N_SESSIONS);
  return session;
}

/* The stalled ones first, in between and last: where they are must not matter. */
static gboolean
is_stalled (guint number)
{
  return number % (N_SUBSCRIBERS / N_STALLED) == 0;
}

static void
publish_burst (McpSession *session, Subscriber *subscribers)
{
  for (guint n = 1; n <= N_EVENTS; n++)
    {
      session_test_publish (session, n);
      if (n % N_A_TURN != 0)
        continue;
      for (guint i = 0; i < N_SUBSCRIBERS; i++)
        {
          if (!is_stalled (i))
            drain (&subscribers[i]);
        }
    }
}

static void
check_accounts (Subscriber *subscribers)
{
  guint n_stalled = 0;

  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    {
      Subscriber *subscriber = &subscribers[i];

      drain (subscriber);
      g_assert_cmpuint (subscriber->n_popped + subscriber->n_missed, ==, N_EVENTS);
      g_assert_cmpuint (subscriber->last, ==, N_EVENTS);
      if (is_stalled (i))
        {
          n_stalled++;
          g_assert_cmpuint (subscriber->n_popped, ==, MCP_EVENT_QUEUE_LENGTH);
        }
      else
        {
          g_assert_cmpuint (subscriber->n_missed, ==, 0);
        }
    }
  g_assert_cmpuint (n_stalled, ==, N_STALLED);
}

static void
test_burst (void)
{
  McpSessionStore *store = session_test_new_store ();
  McpSession *session = g_object_ref (create_many (store));
  Subscriber *subscribers = g_new0 (Subscriber, N_SUBSCRIBERS);

  g_test_summary ("1,000 sessions, 1,000 subscribers of one, 10,000 events, 50 that never read: "
                  "all accounts are exact, and nothing is left behind");
  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    subscribers[i].queue = session_test_subscribe (session, -1);
  publish_burst (session, subscribers);
  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    {
      if (is_stalled (i))
        g_assert_cmpuint (mcp_event_queue_get_length (subscribers[i].queue), ==,
                          MCP_EVENT_QUEUE_LENGTH);
    }
  check_accounts (subscribers);

  mcp_session_store_close_all (store, "shutdown");
  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    {
      g_assert_cmpstr (mcp_event_queue_get_reason (subscribers[i].queue), ==, "shutdown");
      mcp_session_unsubscribe (session, subscribers[i].queue);
      mcp_event_queue_unref (subscribers[i].queue);
    }
  g_free (subscribers);
  g_assert_finalize_object (session);
  g_assert_finalize_object (store);
}

static void
test_come_and_go (void)
{
  McpSessionStore *store = session_test_new_store ();
  McpSession *session = session_test_create (store, NULL);
  g_autoptr (GPtrArray) queues =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_event_queue_unref);

  g_test_summary (
      "However many come and go among 1,000 subscribers, each that stays gets its event");
  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    g_ptr_array_add (queues, session_test_subscribe (session, -1));
  for (guint i = 0; i < 100000; i++)
    {
      guint leaver = i % N_SUBSCRIBERS;

      mcp_session_unsubscribe (session, queues->pdata[leaver]);
      mcp_event_queue_unref (queues->pdata[leaver]);
      queues->pdata[leaver] = session_test_subscribe (session, -1);
    }
  g_assert_cmpuint (mcp_session_get_n_subscribers (session), ==, N_SUBSCRIBERS);
  session_test_publish (session, 1);
  for (guint i = 0; i < N_SUBSCRIBERS; i++)
    session_test_assert_pop (queues->pdata[i], 1, 0);
  g_assert_finalize_object (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/scale/burst", test_burst);
  g_test_add_func ("/session/scale/come-and-go", test_come_and_go);
  return g_test_run ();
}
