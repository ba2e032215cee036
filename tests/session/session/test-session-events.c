/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "session-test.h"

#define KEPT MCP_SESSION_KEPT_EVENTS

typedef struct
{
  McpSessionStore *store;
  McpSession *session; /* (unowned) */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->store = session_test_new_store ();
  f->session = session_test_create (f->store, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  McpSession *session = g_object_ref (f->session);

  mcp_session_store_close_all (f->store, "closed");
  g_assert_finalize_object (session);
  g_assert_finalize_object (f->store);
}

static void
publish_many (McpSession *session, guint n_events)
{
  for (guint i = 0; i < n_events; i++)
    session_test_publish (session, i);
}

static void
test_all_fields (Fixture *f, gconstpointer data)
{
  const McpProgressFields fields = {
    .token = g_variant_new_int64 (7),
    .progress = 1,
    .has_total = TRUE,
    .total = 3,
    .message = "hello",
    .tool = "notion__search",
    .call_id = "c-000001",
    .state = MCP_PROGRESS_STATE_RUNNING,
  };
  g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, -1);
  g_autoptr (McpProgressEvent) event = NULL;
  gint64 before_us = g_get_real_time ();
  g_autoptr (GDateTime) at = NULL;
  guint64 missed = 99;
  double total = 0;

  g_test_summary ("A published event reaches a subscriber with all fields");
  g_assert_true (mcp_session_publish (f->session, &fields));
  event = mcp_event_queue_pop (queue, &missed);
  g_assert_nonnull (event);
  g_assert_cmpuint (missed, ==, 0);
  g_assert_cmpstr (mcp_progress_event_get_session_id (event), ==, mcp_session_get_id (f->session));
  g_assert_cmpuint (mcp_progress_event_get_sequence (event), ==, 1);
  g_assert_cmpint (g_variant_get_int64 (mcp_progress_event_get_token (event)), ==, 7);
  g_assert_cmpfloat (mcp_progress_event_get_progress (event), ==, 1);
  g_assert_true (mcp_progress_event_get_total (event, &total));
  g_assert_cmpfloat (total, ==, 3);
  g_assert_cmpstr (mcp_progress_event_get_message (event), ==, "hello");
  g_assert_cmpstr (mcp_progress_event_get_tool (event), ==, "notion__search");
  g_assert_cmpstr (mcp_progress_event_get_call_id (event), ==, "c-000001");
  g_assert_cmpint (mcp_progress_event_get_state (event), ==, MCP_PROGRESS_STATE_RUNNING);

  at = g_date_time_new_from_iso8601 (mcp_progress_event_get_timestamp (event), NULL);
  g_assert_nonnull (at);
  g_assert_true (g_str_has_suffix (mcp_progress_event_get_timestamp (event), "Z"));
  g_assert_cmpint (g_date_time_to_unix (at), >=, before_us / G_USEC_PER_SEC);
  g_assert_cmpint (g_date_time_to_unix (at), <=, g_get_real_time () / G_USEC_PER_SEC);
}

static void
test_same_order (Fixture *f, gconstpointer data)
{
  McpEventQueue *queues[5];

  g_test_summary ("All subscribers see the same events, the very same objects, in the same order");
  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    queues[i] = session_test_subscribe (f->session, -1);
  publish_many (f->session, 20);

  for (guint n = 1; n <= 20; n++)
    {
      g_autoptr (McpProgressEvent) first = mcp_event_queue_pop (queues[0], &(guint64){ 0 });

      g_assert_cmpuint (mcp_progress_event_get_sequence (first), ==, n);
      for (guint i = 1; i < G_N_ELEMENTS (queues); i++)
        {
          g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (queues[i], &(guint64){ 0 });

          g_assert_true (event == first);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      session_test_assert_empty (queues[i]);
      mcp_event_queue_unref (queues[i]);
    }
}

static void
test_stalled (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) stalled = session_test_subscribe (f->session, -1);
  g_autoptr (McpEventQueue) reading = session_test_subscribe (f->session, -1);

  g_test_summary ("Who stops reading loses the oldest and is told how many; others notice nothing");
  for (guint n = 1; n <= 200; n++)
    {
      session_test_publish (f->session, n);
      session_test_assert_pop (reading, n, 0);
    }
  session_test_assert_empty (reading);

  session_test_assert_pop (stalled, 200 - MCP_EVENT_QUEUE_LENGTH + 1, 200 - MCP_EVENT_QUEUE_LENGTH);
  for (guint n = 200 - MCP_EVENT_QUEUE_LENGTH + 2; n <= 200; n++)
    session_test_assert_pop (stalled, n, 0);
  session_test_assert_empty (stalled);
}

static void
test_no_subscriber (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = NULL;

  g_test_summary ("Publishing with no subscriber is no error, and the event is kept");
  session_test_publish (f->session, 1);
  session_test_publish (f->session, 2);
  queue = session_test_subscribe (f->session, 0);
  session_test_assert_pop (queue, 1, 0);
  session_test_assert_pop (queue, 2, 0);
  session_test_assert_empty (queue);
}

static void
test_new_only (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = NULL;

  g_test_summary ("Who does not ask for what was gets only what comes");
  publish_many (f->session, 3);
  queue = session_test_subscribe (f->session, -1);
  session_test_assert_empty (queue);
  session_test_publish (f->session, 4);
  session_test_assert_pop (queue, 4, 0);
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  g_test_summary ("A late subscriber resumes from any sequence number within the kept 64");
  publish_many (f->session, 100);
  for (guint after = 100 - KEPT; after <= 100; after++)
    {
      g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, after);

      for (guint n = after + 1; n <= 100; n++)
        session_test_assert_pop (queue, n, 0);
      session_test_assert_empty (queue);
      mcp_session_unsubscribe (f->session, queue);
    }
}

static void
test_resume_live (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = NULL;

  g_test_summary ("What comes after a resume follows what was kept, without gap or repetition");
  publish_many (f->session, 10);
  queue = session_test_subscribe (f->session, 7);
  publish_many (f->session, 2);
  for (guint n = 8; n <= 12; n++)
    session_test_assert_pop (queue, n, 0);
  session_test_assert_empty (queue);
}

static void
test_resume_gap (Fixture *f, gconstpointer data)
{
  static const guint afters[] = { 0, 1, 20, 35 };

  g_test_summary ("Who asks further back than what is kept is told the gap");
  publish_many (f->session, 100);
  for (guint i = 0; i < G_N_ELEMENTS (afters); i++)
    {
      g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, afters[i]);

      g_assert_false (mcp_event_queue_is_lagging (queue));
      session_test_assert_pop (queue, 100 - KEPT + 1, 100 - KEPT - afters[i]);
      for (guint n = 100 - KEPT + 2; n <= 100; n++)
        session_test_assert_pop (queue, n, 0);
      session_test_assert_empty (queue);
    }
}

static void
test_resume_above (Fixture *f, gconstpointer data)
{
  const guint64 highest = G_MAXUINT64;
  g_autoptr (McpEventQueue) fresh = session_test_subscribe (f->session, 5);
  g_autoptr (McpEventQueue) queue = NULL;
  g_autoptr (McpEventQueue) other = NULL;

  g_test_summary ("A number above the newest, from another life, gives all that is kept");
  session_test_assert_empty (fresh);
  publish_many (f->session, 100);
  queue = session_test_subscribe (f->session, 101);
  for (guint n = 100 - KEPT + 1; n <= 100; n++)
    session_test_assert_pop (queue, n, 0);
  session_test_assert_empty (queue);

  other = mcp_session_subscribe (f->session, MCP_SUBSCRIBER_STREAM, &highest, NULL);
  session_test_assert_pop (other, 100 - KEPT + 1, 0);
}

static void
test_isolated (Fixture *f, gconstpointer data)
{
  McpSession *other = session_test_create (f->store, NULL);
  g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, -1);
  g_autoptr (McpEventQueue) other_queue = session_test_subscribe (other, -1);
  g_autoptr (McpEventQueue) late = NULL;

  g_test_summary ("Events of one session never reach another; each counts for itself");
  publish_many (f->session, 3);
  session_test_assert_empty (other_queue);
  late = session_test_subscribe (other, 0);
  session_test_assert_empty (late);

  session_test_publish (other, 1);
  session_test_assert_pop (other_queue, 1, 0);
  session_test_assert_pop (late, 1, 0);
  for (guint n = 1; n <= 3; n++)
    session_test_assert_pop (queue, n, 0);
  session_test_assert_empty (queue);
}

static void
test_unsubscribe (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, -1);
  g_autoptr (McpEventQueue) other = session_test_subscribe (f->session, -1);

  g_test_summary ("Who unsubscribes gets nothing more, keeps what it had, and may do so twice");
  session_test_publish (f->session, 1);
  g_assert_cmpuint (mcp_session_get_n_subscribers (f->session), ==, 2);
  mcp_session_unsubscribe (f->session, queue);
  mcp_session_unsubscribe (f->session, queue);
  g_assert_cmpuint (mcp_session_get_n_subscribers (f->session), ==, 1);
  session_test_publish (f->session, 2);

  session_test_assert_pop (queue, 1, 0);
  session_test_assert_empty (queue);
  g_assert_null (mcp_event_queue_get_reason (queue));
  session_test_assert_pop (other, 1, 0);
  session_test_assert_pop (other, 2, 0);
}

static void
test_internal (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = NULL;
  McpLimits limits;

  g_test_summary ("A part of the daemon that watches is served, but not counted or limited");
  mcp_limits_init_defaults (&limits);
  limits.subscribers_per_session = 1;
  mcp_session_store_set_limits (f->store, &limits);
  queue = session_test_subscribe (f->session, -1);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (McpEventQueue) internal =
          mcp_session_subscribe (f->session, MCP_SUBSCRIBER_INTERNAL, NULL, NULL);

      g_assert_nonnull (internal);
      session_test_publish (f->session, 1);
      session_test_assert_pop (internal, i + 1, 0);
      mcp_session_unsubscribe (f->session, internal);
    }
  g_assert_cmpuint (mcp_session_get_n_subscribers (f->session), ==, 1);
}

static void
test_limit (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) first = NULL;
  g_autoptr (McpEventQueue) second = NULL;
  g_autoptr (GError) error = NULL;
  McpLimits limits;

  g_test_summary ("Event streams are limited; one that goes makes room, and the limit may change");
  mcp_limits_init_defaults (&limits);
  limits.subscribers_per_session = 1;
  mcp_session_store_set_limits (f->store, &limits);
  first = session_test_subscribe (f->session, -1);
  g_assert_null (mcp_session_subscribe (f->session, MCP_SUBSCRIBER_STREAM, NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED);

  mcp_session_unsubscribe (f->session, first);
  second = session_test_subscribe (f->session, -1);
  limits.subscribers_per_session = 2;
  mcp_session_store_set_limits (f->store, &limits);
  g_clear_pointer (&first, mcp_event_queue_unref);
  first = session_test_subscribe (f->session, -1);
  g_assert_cmpuint (mcp_session_get_n_subscribers (f->session), ==, 2);
}

static void
test_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, -1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An ended session takes no events and no subscribers, and ends its streams");
  session_test_publish (session, 1);
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  g_assert_false (mcp_session_publish (session, &(McpProgressFields){ .progress = 2 }));
  session_test_assert_pop (queue, 1, 0);
  session_test_assert_empty (queue);
  g_assert_cmpstr (mcp_event_queue_get_reason (queue), ==, "closed");
  g_assert_cmpuint (mcp_session_get_n_subscribers (session), ==, 0);

  g_assert_null (mcp_session_subscribe (session, MCP_SUBSCRIBER_INTERNAL, NULL, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_CLOSED);
  mcp_session_unsubscribe (session, queue);
}

static void
count_freed_cb (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_closed_lets_go (Fixture *f, gconstpointer data)
{
  static const char token[] = "token";
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  guint n_freed = 0;

  g_test_summary ("An ended session that somebody still holds keeps no events");
  for (guint i = 0; i < 2 * KEPT; i++)
    {
      const McpProgressFields fields = {
        .token = g_variant_new_from_data (G_VARIANT_TYPE_STRING, token, sizeof token, TRUE,
                                          count_freed_cb, &n_freed),
      };

      g_assert_true (mcp_session_publish (session, &fields));
    }
  g_assert_cmpuint (n_freed, ==, KEPT);
  mcp_session_store_close (f->store, mcp_session_get_id (session), "closed", NULL);
  g_assert_cmpuint (n_freed, ==, 2 * KEPT);
}

static void
test_has_room (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) reading = NULL;
  g_autoptr (McpEventQueue) stalled = NULL;

  g_test_summary ("There is room while every subscriber that does not lag already has some");
  g_assert_true (mcp_session_has_room (f->session, 1000));
  reading = session_test_subscribe (f->session, -1);
  stalled = mcp_session_subscribe (f->session, MCP_SUBSCRIBER_INTERNAL, NULL, NULL);
  g_assert_true (mcp_session_has_room (f->session, 1000));

  publish_many (f->session, MCP_EVENT_QUEUE_LENGTH - 1);
  g_assert_true (mcp_session_has_room (f->session, 1));
  g_assert_false (mcp_session_has_room (f->session, 2));
  for (guint n = 1; n < MCP_EVENT_QUEUE_LENGTH; n++)
    session_test_assert_pop (reading, n, 0);
  g_assert_false (mcp_session_has_room (f->session, 2));
  publish_many (f->session, 2);
  g_assert_true (mcp_event_queue_is_lagging (stalled));
  g_assert_true (mcp_session_has_room (f->session, MCP_EVENT_QUEUE_LENGTH - 2));
  g_assert_false (mcp_session_has_room (f->session, MCP_EVENT_QUEUE_LENGTH - 1));
}

static void
test_paced_batch (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) queue = session_test_subscribe (f->session, -1);
  guint64 n_read = 0;

  g_test_summary ("A publisher of many that asks for room makes no reading watcher lag");
  for (guint published = 0; published < 1000; published += 20)
    {
      while (!mcp_session_has_room (f->session, 20))
        session_test_assert_pop (queue, ++n_read, 0);
      publish_many (f->session, 20);
    }
  while (n_read < 1000)
    session_test_assert_pop (queue, ++n_read, 0);
  session_test_assert_empty (queue);
}

static void
close_session_cb (McpEventQueue *queue, gpointer user_data)
{
  Fixture *f = user_data;

  mcp_session_store_close_all (f->store, "closed");
}

static void
test_closed_by_notify (Fixture *f, gconstpointer data)
{
  McpSession *session = session_test_create (f->store, NULL);
  g_autoptr (McpEventQueue) first = session_test_subscribe (session, -1);
  g_autoptr (McpEventQueue) second = session_test_subscribe (session, -1);

  g_test_summary ("A subscriber that ends the session while an event is handed out breaks nothing");
  mcp_event_queue_set_notify (first, close_session_cb, f, NULL);
  g_assert_true (mcp_session_publish (session, &(McpProgressFields){ .progress = 1 }));
  session_test_assert_pop (first, 1, 0);
  g_assert_cmpstr (mcp_event_queue_get_reason (first), ==, "closed");
  g_assert_cmpstr (mcp_event_queue_get_reason (second), ==, "closed");
  f->session = session_test_create (f->store, NULL);
}

static void
publish_text (McpSession *session, gsize n_bytes)
{
  g_autofree char *text = g_strnfill (n_bytes, 'x');
  const McpProgressFields fields = { .message = text };

  g_assert_true (mcp_session_publish (session, &fields));
}

static void
test_bytes (Fixture *f, gconstpointer data)
{
  McpLimits limits;
  McpSession *session;
  g_autoptr (McpEventQueue) slow = NULL;
  g_autoptr (McpEventQueue) late = NULL;
  g_autoptr (McpEventQueue) later = NULL;

  g_test_summary (
      "Large events are kept, and wait, as far as the bytes go: those of the event and of "
      "its JSON; one that is too large waits alone, and is not kept");
  mcp_limits_init_defaults (&limits);
  limits.event_queue_bytes = 170000;
  mcp_session_store_set_limits (f->store, &limits);
  session = session_test_create (f->store, NULL);
  slow = session_test_subscribe (session, -1);
  for (guint i = 0; i < 5; i++)
    publish_text (session, 20000);
  late = session_test_subscribe (session, 0);
  session_test_assert_pop (slow, 2, 1);
  session_test_assert_pop (late, 2, 1);
  session_test_assert_pop (late, 3, 0);

  publish_text (session, 200000);
  session_test_assert_pop (slow, 6, 3);
  later = session_test_subscribe (session, 5);
  for (guint i = 0; i < 2 * KEPT; i++)
    session_test_publish (session, i);
  session_test_assert_pop (later, 7 + KEPT, 1 + KEPT);
}

/* How many events of it a late subscriber gets. */
static guint
count_kept (McpSession *session)
{
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, 0);
  guint n = mcp_event_queue_get_length (queue);

  mcp_session_unsubscribe (session, queue);
  return n;
}

static void
test_all_sessions_bytes (Fixture *f, gconstpointer data)
{
  McpLimits limits;
  McpSession *greedy, *modest;

  g_test_summary ("What all sessions keep has a limit; whoever keeps most loses its oldest events");
  mcp_limits_init_defaults (&limits);
  limits.kept_event_bytes = 1024 * 1024;
  mcp_session_store_set_limits (f->store, &limits);
  greedy = session_test_create (f->store, NULL);
  modest = session_test_create (f->store, NULL);
  publish_text (modest, 50000);
  for (guint i = 0; i < 40; i++)
    publish_text (greedy, 50000);
  g_assert_cmpuint (count_kept (modest), ==, 1);
  g_assert_cmpuint (count_kept (greedy), ==, 9);

  /* The newcomer takes from the one that has most, down to an even share. */
  for (guint i = 0; i < 3; i++)
    publish_text (modest, 50000);
  g_assert_cmpuint (count_kept (modest), ==, 4);
  g_assert_cmpuint (count_kept (greedy), ==, 6);

  mcp_session_store_close (f->store, mcp_session_get_id (greedy), "closed", NULL);
  for (guint i = 0; i < 40; i++)
    publish_text (modest, 50000);
  g_assert_cmpuint (count_kept (modest), ==, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/events/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("all-fields", test_all_fields);
  ADD ("same-order", test_same_order);
  ADD ("stalled-loses-oldest", test_stalled);
  ADD ("no-subscriber", test_no_subscriber);
  ADD ("new-only", test_new_only);
  ADD ("resume", test_resume);
  ADD ("resume-live", test_resume_live);
  ADD ("resume-gap", test_resume_gap);
  ADD ("resume-above-newest", test_resume_above);
  ADD ("isolated", test_isolated);
  ADD ("unsubscribe", test_unsubscribe);
  ADD ("internal", test_internal);
  ADD ("limit", test_limit);
  ADD ("closed", test_closed);
  ADD ("closed-lets-go", test_closed_lets_go);
  ADD ("has-room", test_has_room);
  ADD ("paced-batch", test_paced_batch);
  ADD ("closed-by-notify", test_closed_by_notify);
  ADD ("bytes", test_bytes);
  ADD ("all-sessions-bytes", test_all_sessions_bytes);
  return g_test_run ();
}
