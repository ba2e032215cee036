/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The event streams: one session's for those who hold its token, and all
 * sessions' for the owner. Each reader has a bounded queue of its own.
 */
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-reply.h"
#include "http/sse/mcp-event-hub.h"
#include "http/sse/mcp-sse-stream.h"

/* One reader. */
typedef struct
{
  McpSession *session;  /* (owned) (nullable): %NULL: all sessions */
  McpEventHub *hub;     /* (owned) */
  McpEventQueue *queue; /* (owned) */
} Watch;

static Watch *
watch_new (McpHttpRequest *request, McpSession *session, McpEventQueue *queue)
{
  Watch *watch = g_new0 (Watch, 1);

  g_set_object (&watch->session, session);
  watch->hub = mcp_event_hub_ref (request->context->hub);
  watch->queue = queue;

  return watch;
}

/* Also the place where a peer's disappearance ends up. */
static void
watch_free (gpointer data)
{
  Watch *watch = data;

  mcp_event_queue_set_notify (watch->queue, NULL, NULL, NULL);
  if (watch->session != NULL)
    mcp_session_unsubscribe (watch->session, watch->queue);
  else
    mcp_event_hub_unsubscribe (watch->hub, watch->queue);

  mcp_event_queue_unref (watch->queue);
  mcp_event_hub_unref (watch->hub);
  g_clear_object (&watch->session);
  g_free (watch);
}

/* In the pushing thread. */
static void
notify_cb (McpEventQueue *queue, gpointer user_data)
{
  mcp_sse_stream_wake (user_data);
}

static gboolean
end_or_wait (Watch *watch, McpSseBatch *batch)
{
  const char *reason = mcp_event_queue_get_reason (watch->queue);

  if (reason == NULL)
    return TRUE;

  mcp_sse_batch_append_closed (batch, reason);
  return FALSE;
}

static gboolean
fill_from_session (McpSseBatch *batch, gpointer user_data)
{
  Watch *watch = user_data;

  while (!mcp_sse_batch_is_full (batch))
    {
      guint64 missed = 0;
      g_autoptr (McpProgressEvent) event = mcp_event_queue_pop (watch->queue, &missed);

      if (missed > 0)
        mcp_sse_batch_append_lagged (batch, missed);
      if (event == NULL)
        return end_or_wait (watch, batch);

      mcp_sse_batch_append_event (batch, mcp_progress_event_get_sequence (event), NULL,
                                  mcp_progress_event_get_json (event));
    }

  return TRUE;
}

static gboolean
fill_from_hub (McpSseBatch *batch, gpointer user_data)
{
  Watch *watch = user_data;

  while (!mcp_sse_batch_is_full (batch))
    {
      guint64 missed = 0;
      g_autoptr (GBytes) frame = mcp_event_queue_pop (watch->queue, &missed);

      if (missed > 0)
        mcp_sse_batch_append_lagged (batch, missed);
      if (frame == NULL)
        return end_or_wait (watch, batch);

      mcp_sse_batch_append_frame (batch, frame);
    }

  return TRUE;
}

static void
open_stream (McpHttpRequest *request, Watch *watch, McpSseFillFunc fill)
{
  g_autoptr (McpSseStream) stream = mcp_sse_stream_open (
      request->context->flusher, request->msg, request->connection, fill, watch, watch_free);

  mcp_event_queue_set_notify (watch->queue, notify_cb, mcp_sse_stream_ref (stream),
                              (GDestroyNotify) mcp_sse_stream_unref);
}

/* Where a reader that comes back left off: WHATWG HTML section 9.2.4. */
static gboolean
read_last_event_id (McpHttpRequest *request, guint64 *id, const guint64 **after)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->msg);
  const char *text = soup_message_headers_get_list (headers, "Last-Event-ID");

  *after = NULL;
  if (text == NULL)
    return TRUE;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, id, NULL))
    {
      *after = id;
      return TRUE;
    }

  mcp_http_reply_error (request->msg, 400, "Last-Event-ID must be an id of this stream");
  return FALSE;
}

/**
 * mcp_route_events_get_session:
 * @request: GET /session/{id}/events
 *
 * Streams a session's events until it or the reader ends.
 */
void
mcp_route_events_get_session (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  McpEventQueue *queue;
  const guint64 *after;
  guint64 id;

  if (!read_last_event_id (request, &id, &after))
    return;

  queue = mcp_session_subscribe (request->session, MCP_SUBSCRIBER_STREAM, after, &error);
  if (queue == NULL)
    {
      mcp_http_reply_gerror (request->msg, error);
      return;
    }

  open_stream (request, watch_new (request, request->session, queue), fill_from_session);
}

/**
 * mcp_route_events_get_all:
 * @request: GET /events
 *
 * Streams all sessions' events until the daemon or the reader ends.
 */
void
mcp_route_events_get_all (McpHttpRequest *request)
{
  McpHttpContext *context = request->context;
  g_autoptr (GError) error = NULL;
  McpEventQueue *queue;
  const guint64 *after;
  guint64 id;

  if (!read_last_event_id (request, &id, &after))
    return;

  queue = mcp_event_hub_subscribe (context->hub, after, &context->limits, &error);
  if (queue == NULL)
    {
      mcp_http_reply_gerror (request->msg, error);
      return;
    }

  open_stream (request, watch_new (request, NULL, queue), fill_from_hub);
}
