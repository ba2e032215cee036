/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/mcp-error.h"
#include "common/mcp-names.h"
#include "session-test.h"

#define SECOND G_USEC_PER_SEC

typedef struct
{
  McpSessionStore *store;
  guint n_removed;
  guint n_cancelled;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->store = session_test_new_store ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->store != NULL)
    g_assert_finalize_object (f->store);
}

static McpSession *
create_idle (Fixture *f, gint64 idle_seconds)
{
  return session_test_create_with (f->store,
                                   (McpSessionParams){ .cwd = "/", .idle_seconds = idle_seconds });
}

static void
removed_cb (McpSessionStore *store, McpSession *session, const char *reason, Fixture *f)
{
  f->n_removed++;
}

static void
cancelled_cb (GCancellable *cancellable, Fixture *f)
{
  f->n_cancelled++;
  /* the store does not know it any more */
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  g_autofree char *token = NULL;
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, &token));
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, -1);
  g_autoptr (McpEventQueue) internal =
      mcp_session_subscribe (session, MCP_SUBSCRIBER_INTERNAL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The end closes all queues, cancels the cancellable, and voids id and token");
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  g_cancellable_connect (mcp_session_get_cancellable (session), G_CALLBACK (cancelled_cb), f, NULL);
  g_assert_true (
      mcp_session_store_close (f->store, mcp_session_get_id (session), MCP_REASON_CLOSED, &error));
  g_assert_no_error (error);
  g_assert_true (mcp_session_is_closed (session));
  g_assert_cmpuint (f->n_removed, ==, 1);
  g_assert_cmpuint (f->n_cancelled, ==, 1);
  g_assert_cmpstr (mcp_event_queue_get_reason (queue), ==, MCP_REASON_CLOSED);
  g_assert_cmpstr (mcp_event_queue_get_reason (internal), ==, MCP_REASON_CLOSED);
  g_assert_null (mcp_session_store_lookup (f->store, mcp_session_get_id (session)));
  g_assert_null (mcp_session_store_find_by_token (f->store, token));
  g_assert_null (
      mcp_session_store_authenticate (f->store, mcp_session_get_id (session), token, NULL));

  g_assert_false (
      mcp_session_store_close (f->store, mcp_session_get_id (session), MCP_REASON_CLOSED, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND);
  g_assert_cmpuint (f->n_removed, ==, 1);
}

static void
test_close_unknown (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Ending an unknown session is a typed error and tells nobody");
  session_test_create (f->store, NULL);
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  g_assert_false (mcp_session_store_close (f->store, "no-such-id", MCP_REASON_CLOSED, &error));
  g_assert_error (error, MCP_ERROR, MCP_ERROR_NOT_FOUND);
  g_assert_cmpuint (f->n_removed, ==, 0);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 1);
}

static void
test_close_all (Fixture *f, gconstpointer data)
{
  McpEventQueue *queues[10];

  g_test_summary ("A shutdown ends every session with that reason");
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    queues[i] = session_test_subscribe (session_test_create (f->store, NULL), -1);
  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
  g_assert_cmpuint (f->n_removed, ==, G_N_ELEMENTS (queues));
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      g_assert_cmpstr (mcp_event_queue_get_reason (queues[i]), ==, MCP_REASON_SHUTDOWN);
      mcp_event_queue_unref (queues[i]);
    }
}

static void
close_others_cb (McpSessionStore *store, McpSession *session, const char *reason, Fixture *f)
{
  f->n_removed++;
  mcp_session_store_close_all (store, reason);
}

static void
test_close_in_handler (Fixture *f, gconstpointer data)
{
  g_test_summary ("A handler may end further sessions; each ends exactly once");
  for (guint i = 0; i < 10; i++)
    session_test_create (f->store, NULL);
  g_signal_connect (f->store, "session-removed", G_CALLBACK (close_others_cb), f);
  mcp_session_store_close_all (f->store, MCP_REASON_CLOSED);
  g_assert_cmpuint (f->n_removed, ==, 10);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 0);
}

static void
close_again_cb (GCancellable *cancellable, Fixture *f)
{
  f->n_cancelled++;
  mcp_session_store_close_all (f->store, MCP_REASON_SHUTDOWN);
}

static void
test_close_in_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, -1);

  g_test_summary ("What hangs on the cancellable may end sessions, this one included");
  session_test_create (f->store, NULL);
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  g_cancellable_connect (mcp_session_get_cancellable (session), G_CALLBACK (close_again_cb), f,
                         NULL);
  mcp_session_store_close (f->store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  g_assert_cmpuint (f->n_cancelled, ==, 1);
  g_assert_cmpuint (f->n_removed, ==, 2);
  g_assert_cmpstr (mcp_event_queue_get_reason (queue), ==, MCP_REASON_CLOSED);
}

static void
drop_store_cb (McpSessionStore *store, McpSession *session, const char *reason, Fixture *f)
{
  f->n_removed++;
  g_clear_object (&f->store);
}

static void
test_drop_in_handler (Fixture *f, gconstpointer data)
{
  McpSessionStore *store = f->store;
  g_autoptr (McpEventQueue) queue = NULL;
  McpSession *session = session_test_create (store, NULL);

  g_test_summary ("A handler may let go of the last reference to the store");
  queue = session_test_subscribe (session_test_create (store, NULL), -1);
  g_object_add_weak_pointer (G_OBJECT (store), (gpointer *) &store);
  g_signal_connect (store, "session-removed", G_CALLBACK (drop_store_cb), f);
  mcp_session_store_close (store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  g_assert_null (store);
  g_assert_cmpuint (f->n_removed, ==, 1);
  g_assert_cmpstr (mcp_event_queue_get_reason (queue), ==, MCP_REASON_SHUTDOWN);
}

static void
drop_store_cancelled_cb (GCancellable *cancellable, Fixture *f)
{
  f->n_cancelled++;
  g_clear_object (&f->store);
}

static void
test_drop_in_cancelled (Fixture *f, gconstpointer data)
{
  g_autoptr (McpSession) session = g_object_ref (session_test_create (f->store, NULL));
  McpSessionStore *store = f->store;

  g_test_summary (
      "What hangs on the cancellable may let go of the store; the end is told all the same");
  g_object_add_weak_pointer (G_OBJECT (store), (gpointer *) &store);
  g_signal_connect (store, "session-removed", G_CALLBACK (removed_cb), f);
  g_cancellable_connect (mcp_session_get_cancellable (session),
                         G_CALLBACK (drop_store_cancelled_cb), f, NULL);
  mcp_session_store_close (store, mcp_session_get_id (session), MCP_REASON_CLOSED, NULL);
  g_assert_cmpuint (f->n_cancelled, ==, 1);
  g_assert_cmpuint (f->n_removed, ==, 1);
  g_assert_null (store);
}

static void
test_session_outlives_store (Fixture *f, gconstpointer data)
{
  McpSession *session = g_object_ref (session_test_create (f->store, NULL));
  g_autoptr (McpEventQueue) queue = session_test_subscribe (session, -1);

  g_test_summary ("A session that somebody holds is ended when the store goes");
  g_assert_finalize_object (f->store);
  f->store = NULL;
  g_assert_true (mcp_session_is_closed (session));
  g_assert_cmpstr (mcp_event_queue_get_reason (queue), ==, MCP_REASON_SHUTDOWN);
  g_assert_false (mcp_session_publish (session, &(McpProgressFields){ .progress = 1 }));
  g_assert_finalize_object (session);
}

static void
test_expire (Fixture *f, gconstpointer data)
{
  McpSession *short_one = create_idle (f, 10);
  McpSession *long_one = create_idle (f, 20);
  McpSession *endless = create_idle (f, 0);
  g_autoptr (McpSession) hold = g_object_ref (short_one);
  gint64 start = mcp_session_get_last_active_at (short_one);

  g_test_summary ("A session ends after its idle time, not before; with 0 never");
  g_signal_connect (f->store, "session-removed", G_CALLBACK (removed_cb), f);
  g_assert_cmpuint (mcp_session_store_expire (f->store, start), ==, 0);
  g_assert_cmpuint (mcp_session_store_expire (f->store, start + 10 * SECOND - 1), ==, 0);
  g_assert_cmpuint (mcp_session_store_expire (f->store, start + 10 * SECOND), ==, 1);
  g_assert_true (mcp_session_is_closed (hold));
  g_assert_false (mcp_session_is_closed (long_one));
  g_assert_cmpuint (mcp_session_store_expire (f->store, start + 21 * SECOND), ==, 1);
  g_assert_cmpuint (mcp_session_store_expire (f->store, G_MAXINT64), ==, 0);
  g_assert_false (mcp_session_is_closed (endless));
  g_assert_cmpuint (f->n_removed, ==, 2);
}

static void
test_expire_default (Fixture *f, gconstpointer data)
{
  McpSession *session = create_idle (f, -1);
  McpSession *later;

  g_test_summary ("Who asks for no idle time gets the store's of that moment, first 24 hours");
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 24 * 60 * 60);
  mcp_session_store_set_idle_seconds (f->store, 5);
  later = create_idle (f, -1);
  g_assert_cmpuint (mcp_session_get_idle_seconds (later), ==, 5);
  g_assert_cmpuint (mcp_session_get_idle_seconds (session), ==, 24 * 60 * 60);
  mcp_session_store_set_idle_seconds (f->store, 0);
  g_assert_cmpuint (mcp_session_get_idle_seconds (create_idle (f, -1)), ==, 0);
  g_assert_cmpuint (mcp_session_get_idle_seconds (create_idle (f, 7)), ==, 7);
}

static void
test_expire_reason (Fixture *f, gconstpointer data)
{
  g_autoptr (McpEventQueue) internal =
      mcp_session_subscribe (create_idle (f, 1), MCP_SUBSCRIBER_INTERNAL, NULL, NULL);

  g_test_summary ("The bus watching does not hold off the end, and is told why it came");
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time () + 2 * SECOND), ==, 1);
  g_assert_cmpstr (mcp_event_queue_get_reason (internal), ==, MCP_REASON_EXPIRED);
}

static void
test_expire_in_use (Fixture *f, gconstpointer data)
{
  McpSession *calling = create_idle (f, 1);
  McpSession *watched = create_idle (f, 1);
  McpSession *held = create_idle (f, 1);
  g_autoptr (McpEventQueue) queue = session_test_subscribe (watched, -1);

  g_test_summary ("A call in flight, an event stream and who listens in silence hold off the end, "
                  "however long");
  g_assert_true (mcp_session_begin_call (calling, NULL));
  mcp_session_hold (held);
  g_assert_cmpuint (mcp_session_store_expire (f->store, G_MAXINT64), ==, 0);

  mcp_session_end_call (calling);
  mcp_session_unsubscribe (watched, queue);
  mcp_session_release (held);
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time ()), ==, 0);
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time () + 2 * SECOND), ==, 3);
}

static void
test_expire_clock_back (Fixture *f, gconstpointer data)
{
  create_idle (f, 1);

  g_test_summary ("A clock that was set back ends nothing");
  g_assert_cmpuint (mcp_session_store_expire (f->store, 0), ==, 0);
  g_assert_cmpuint (mcp_session_store_expire (f->store, -1), ==, 0);
}

static void
use_rest_cb (McpSessionStore *store, McpSession *session, const char *reason, Fixture *f)
{
  g_autoptr (GPtrArray) rest = mcp_session_store_list (store);

  f->n_removed++;
  for (guint i = 0; i < rest->len; i++)
    g_assert_true (mcp_session_begin_call (rest->pdata[i], NULL));
}

static void
test_expire_saved (Fixture *f, gconstpointer data)
{
  g_test_summary ("A session that a handler begins to use meanwhile does not end");
  for (guint i = 0; i < 3; i++)
    create_idle (f, 1);
  g_signal_connect (f->store, "session-removed", G_CALLBACK (use_rest_cb), f);
  g_assert_cmpuint (mcp_session_store_expire (f->store, g_get_real_time () + 2 * SECOND), ==, 1);
  g_assert_cmpuint (f->n_removed, ==, 1);
  g_assert_cmpuint (mcp_session_store_get_n_sessions (f->store), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/session/store-end/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("close", test_close);
  ADD ("close-unknown", test_close_unknown);
  ADD ("close-all", test_close_all);
  ADD ("close-in-handler", test_close_in_handler);
  ADD ("close-in-cancelled", test_close_in_cancelled);
  ADD ("drop-in-handler", test_drop_in_handler);
  ADD ("drop-in-cancelled", test_drop_in_cancelled);
  ADD ("session-outlives-store", test_session_outlives_store);
  ADD ("expire", test_expire);
  ADD ("expire-default", test_expire_default);
  ADD ("expire-reason", test_expire_reason);
  ADD ("expire-in-use", test_expire_in_use);
  ADD ("expire-clock-back", test_expire_clock_back);
  ADD ("expire-saved", test_expire_saved);
  return g_test_run ();
}
