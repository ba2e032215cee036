/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The events of all sessions, for readers that watch all of them. Each event becomes one frame of
 * an event stream, which is made once and shared by the readers' queues. Without readers no frame
 * is made.
 */
#include "http/sse/mcp-event-hub.h"

#include "common/mcp-error.h"
#include "common/mcp-json.h"
#include "http/sse/mcp-sse-batch.h"

struct _McpEventHub
{
  McpSessionStore *store; /* (owned) */
  GPtrArray *queues;      /* (owned) (element-type McpEventQueue) */
  McpEventCounts *counts; /* (owned): of all readers */
  guint64 last_id;        /* of this daemon's run; counts also while nobody watches */
};

static void
publish (McpEventHub *self, const char *name, GBytes *json)
{
  McpSseBatch batch;
  g_autoptr (GBytes) frame = NULL;

  mcp_sse_batch_init (&batch);
  mcp_sse_batch_append_event (&batch, self->last_id, name, json);
  frame = mcp_sse_batch_to_bytes (&batch);
  mcp_sse_batch_clear (&batch);

  for (guint i = 0; i < self->queues->len; i++)
    mcp_event_queue_push (g_ptr_array_index (self->queues, i), g_bytes_ref (frame));
}

/* Puts the session's id before the members of the event's object. */
static GBytes *
add_session_id (const char *session_id, GBytes *event)
{
  gsize length;
  const char *data = g_bytes_get_data (event, &length);
  GString *json = g_string_sized_new (length + 64);

  g_string_append (json, "{\"session_id\":");
  mcp_json_append_string (json, session_id);
  /* An event always has members: at least its token. */
  g_string_append_c (json, ',');
  g_string_append_len (json, data + 1, (gssize) length - 1);

  return g_string_free_to_bytes (json);
}

static void
progress_cb (McpSessionStore *store, McpSession *session, McpProgressEvent *event, gpointer data)
{
  McpEventHub *self = data;
  g_autoptr (GBytes) json = NULL;

  self->last_id++;
  if (self->queues->len == 0)
    return;

  json = add_session_id (mcp_session_get_id (session), mcp_progress_event_get_json (event));
  publish (self, NULL, json);
}

static void
publish_session (McpEventHub *self, const char *name, McpSession *session)
{
  g_autoptr (GBytes) bytes = NULL;
  GString *json;

  self->last_id++;
  if (self->queues->len == 0)
    return;

  json = g_string_new ("{\"session_id\":");
  mcp_json_append_string (json, mcp_session_get_id (session));
  if (mcp_session_get_label (session) != NULL)
    {
      g_string_append (json, ",\"label\":");
      mcp_json_append_string (json, mcp_session_get_label (session));
    }
  g_string_append (json, ",\"cwd\":");
  mcp_json_append_string (json, mcp_session_get_cwd (session));
  g_string_append_c (json, '}');

  bytes = g_string_free_to_bytes (json);
  publish (self, name, bytes);
}

static void
session_added_cb (McpSessionStore *store, McpSession *session, gpointer data)
{
  publish_session (data, "session-added", session);
}

static void
session_removed_cb (McpSessionStore *store, McpSession *session, const char *reason, gpointer data)
{
  publish_session (data, "session-removed", session);
}

/**
 * mcp_event_hub_new:
 * @store: the sessions
 *
 * Returns: (transfer full): a hub that follows the store
 */
McpEventHub *
mcp_event_hub_new (McpSessionStore *store)
{
  McpEventHub *self = g_rc_box_new0 (McpEventHub);

  self->store = g_object_ref (store);
  self->counts = mcp_event_counts_new ();
  self->queues = g_ptr_array_new_with_free_func ((GDestroyNotify) mcp_event_queue_unref);
  g_signal_connect (store, "progress", G_CALLBACK (progress_cb), self);
  g_signal_connect (store, "session-added", G_CALLBACK (session_added_cb), self);
  g_signal_connect (store, "session-removed", G_CALLBACK (session_removed_cb), self);

  return self;
}

/**
 * mcp_event_hub_ref:
 * @self: a hub
 *
 * Returns: (transfer full): @self
 */
McpEventHub *
mcp_event_hub_ref (McpEventHub *self)
{
  return g_rc_box_acquire (self);
}

static void
hub_clear (gpointer data)
{
  McpEventHub *self = data;

  g_signal_handlers_disconnect_by_data (self->store, self);
  g_object_unref (self->store);
  g_ptr_array_unref (self->queues);
  mcp_event_counts_unref (self->counts);
}

/**
 * mcp_event_hub_unref:
 * @self: (transfer full): a hub
 */
void
mcp_event_hub_unref (McpEventHub *self)
{
  g_rc_box_release_full (self, hub_clear);
}

static gsize
get_frame_size (gpointer frame)
{
  return g_bytes_get_size (frame);
}

/**
 * mcp_event_hub_subscribe:
 * @self: a hub
 * @after: (nullable): the id of the last frame that the reader had
 * @limits: how many subscribers there may be, and what waits for one at most
 * @error: return location
 *
 * Begins to queue frames, as #GBytes, for one reader. Frames are not kept, so
 * a reader who comes back gets the number of missed events.
 *
 * Errors: %MCP_ERROR_LIMIT_EXCEEDED.
 *
 * Returns: (transfer full): the reader's queue; %NULL with @error set
 */
McpEventQueue *
mcp_event_hub_subscribe (McpEventHub *self,
                         const guint64 *after,
                         const McpLimits *limits,
                         GError **error)
{
  McpEventQueue *queue;

  if (self->queues->len >= limits->subscribers_per_session)
    {
      g_set_error (error, MCP_ERROR, MCP_ERROR_LIMIT_EXCEEDED,
                   "At most %u programs can watch all sessions; raise SubscribersPerSession",
                   limits->subscribers_per_session);
      return NULL;
    }

  queue = mcp_event_queue_new (MCP_EVENT_QUEUE_LENGTH, (GDestroyNotify) g_bytes_unref);
  mcp_event_queue_limit_bytes (queue, limits->event_queue_bytes, get_frame_size);
  mcp_event_queue_set_counts (queue, self->counts);
  /* An id above the last one was given out by an earlier daemon. */
  if (after != NULL && *after < self->last_id)
    mcp_event_queue_add_missed (queue, self->last_id - *after);
  g_ptr_array_add (self->queues, mcp_event_queue_ref (queue));

  return queue;
}

/**
 * mcp_event_hub_unsubscribe:
 * @self: a hub
 * @queue: a queue of mcp_event_hub_subscribe()
 *
 * Queues nothing more there. Does nothing for a queue that is not its own any more.
 */
void
mcp_event_hub_unsubscribe (McpEventHub *self, McpEventQueue *queue)
{
  g_ptr_array_remove_fast (self->queues, queue);
}

/**
 * mcp_event_hub_get_n_subscribers:
 * @self: a hub
 *
 * Returns: how many readers there are
 */
guint
mcp_event_hub_get_n_subscribers (McpEventHub *self)
{
  return self->queues->len;
}

/**
 * mcp_event_hub_get_n_pending:
 * @self: a hub
 *
 * Returns: how many frames wait for the readers, all together
 */
guint
mcp_event_hub_get_n_pending (McpEventHub *self)
{
  guint n_pending = 0;

  for (guint i = 0; i < self->queues->len; i++)
    n_pending += mcp_event_queue_get_length (g_ptr_array_index (self->queues, i));
  return n_pending;
}

/**
 * mcp_event_hub_get_counts:
 * @self: a hub
 *
 * Returns: (transfer none): what all readers have taken and missed
 */
McpEventCounts *
mcp_event_hub_get_counts (McpEventHub *self)
{
  return self->counts;
}

/**
 * mcp_event_hub_has_room:
 * @self: a hub
 * @n_events: how many are to be published
 *
 * As mcp_session_has_room(), for those who watch all sessions.
 *
 * Returns: whether publishing them makes no further reader lag
 */
gboolean
mcp_event_hub_has_room (McpEventHub *self, guint n_events)
{
  for (guint i = 0; i < self->queues->len; i++)
    {
      McpEventQueue *queue = g_ptr_array_index (self->queues, i);

      if (!mcp_event_queue_is_lagging (queue) &&
          mcp_event_queue_get_length (queue) + n_events > MCP_EVENT_QUEUE_LENGTH)
        return FALSE;
    }

  return TRUE;
}

/**
 * mcp_event_hub_close:
 * @self: a hub
 * @reason: in the last event of the readers
 *
 * Closes all queues; from then on it does not follow the store.
 */
void
mcp_event_hub_close (McpEventHub *self, const char *reason)
{
  g_signal_handlers_disconnect_by_data (self->store, self);
  for (guint i = 0; i < self->queues->len; i++)
    mcp_event_queue_close (g_ptr_array_index (self->queues, i), reason);
  g_ptr_array_set_size (self->queues, 0);
}
