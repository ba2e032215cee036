/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From a reader's queue to the frames of its stream. A reader that was too slow for its queue is
 * told how many events it missed, before the next event.
 */
#include "http/sse/mcp-event-watcher.h"

struct _McpEventWatcher
{
  McpSession *session;  /* (owned) (nullable): %NULL: all sessions */
  McpEventHub *hub;     /* (owned) (nullable): %NULL: one session */
  McpEventQueue *queue; /* (owned) (element-type McpProgressEvent), or GBytes from the hub */
};

/**
 * mcp_event_watcher_new_for_session:
 * @session: a session
 * @after: (nullable): the id of the last event that the reader has
 * @error: return location
 *
 * Errors: those of mcp_session_subscribe().
 *
 * Returns: (transfer full) (nullable): a reader of the session's events
 */
McpEventWatcher *
mcp_event_watcher_new_for_session (McpSession *session, const guint64 *after, GError **error)
{
  McpEventQueue *queue = mcp_session_subscribe (session, MCP_SUBSCRIBER_STREAM, after, error);
  McpEventWatcher *self;

  if (queue == NULL)
    return NULL;

  self = g_new0 (McpEventWatcher, 1);
  self->session = g_object_ref (session);
  self->queue = queue;
  return self;
}

/**
 * mcp_event_watcher_new_for_all:
 * @hub: the events of all sessions
 * @after: (nullable): the id of the last event that the reader has
 * @limits: how many readers there may be, and how much may wait for one
 * @error: return location
 *
 * Errors: those of mcp_event_hub_subscribe().
 *
 * Returns: (transfer full) (nullable): a reader of all sessions' events
 */
McpEventWatcher *
mcp_event_watcher_new_for_all (McpEventHub *hub,
                               const guint64 *after,
                               const McpLimits *limits,
                               GError **error)
{
  McpEventQueue *queue = mcp_event_hub_subscribe (hub, after, limits, error);
  McpEventWatcher *self;

  if (queue == NULL)
    return NULL;

  self = g_new0 (McpEventWatcher, 1);
  self->hub = mcp_event_hub_ref (hub);
  self->queue = queue;
  return self;
}

/**
 * mcp_event_watcher_free:
 * @self: (transfer full): a reader, whose stream is over
 */
void
mcp_event_watcher_free (gpointer self)
{
  McpEventWatcher *watcher = self;

  mcp_event_queue_set_notify (watcher->queue, NULL, NULL, NULL);
  if (watcher->session != NULL)
    mcp_session_unsubscribe (watcher->session, watcher->queue);
  else
    mcp_event_hub_unsubscribe (watcher->hub, watcher->queue);

  mcp_event_queue_unref (watcher->queue);
  g_clear_pointer (&watcher->hub, mcp_event_hub_unref);
  g_clear_object (&watcher->session);
  g_free (watcher);
}

/* In the thread that pushes. */
static void
notify_cb (McpEventQueue *queue, gpointer user_data)
{
  mcp_sse_stream_wake (user_data);
}

/**
 * mcp_event_watcher_wake:
 * @self: a reader
 * @stream: the stream that mcp_event_watcher_fill() fills
 *
 * Has the stream woken for each event that comes.
 */
void
mcp_event_watcher_wake (McpEventWatcher *self, McpSseStream *stream)
{
  mcp_event_queue_set_notify (self->queue, notify_cb, mcp_sse_stream_ref (stream),
                              (GDestroyNotify) mcp_sse_stream_unref);
}

static void
append_item (McpEventWatcher *self, McpSseBatch *batch, gpointer item)
{
  if (self->session == NULL)
    {
      g_autoptr (GBytes) frame = item;

      mcp_sse_batch_append_frame (batch, frame);
    }
  else
    {
      g_autoptr (McpProgressEvent) event = item;

      mcp_sse_batch_append_event (batch, mcp_progress_event_get_sequence (event), NULL,
                                  mcp_progress_event_get_json (event));
    }
}

static gboolean
end_or_wait (McpEventWatcher *self, McpSseBatch *batch)
{
  const char *reason = mcp_event_queue_get_reason (self->queue);

  if (reason == NULL)
    return TRUE;

  mcp_sse_batch_append_closed (batch, reason);
  return FALSE;
}

/**
 * mcp_event_watcher_fill:
 * @batch: where to append frames
 * @self: a reader
 *
 * A #McpSseFillFunc: moves the events that wait into the batch, and says where some are missing.
 *
 * Returns: whether more may follow
 */
gboolean
mcp_event_watcher_fill (McpSseBatch *batch, gpointer self)
{
  McpEventWatcher *watcher = self;

  while (!mcp_sse_batch_is_full (batch))
    {
      guint64 missed = 0;
      gpointer item = mcp_event_queue_pop (watcher->queue, &missed);

      if (missed > 0)
        mcp_sse_batch_append_lagged (batch, missed);
      if (item == NULL)
        return end_or_wait (watcher, batch);
      append_item (watcher, batch, item);
    }

  return TRUE;
}
