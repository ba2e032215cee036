/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The event streams: one session's for clients with its token, and all sessions' for the owner.
 */
#include "http/api/mcp-api-routes.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "http/sse/mcp-event-watcher.h"

static void
open_stream (McpHttpRequest *request, McpEventWatcher *watcher)
{
  g_autoptr (McpSseStream) stream =
      mcp_http_request_stream (request, mcp_event_watcher_fill, watcher, mcp_event_watcher_free);

  mcp_event_watcher_wake (watcher, stream);
}

/* Where a reader that comes back left off: WHATWG HTML section 9.2.4. */
static gboolean
read_last_event_id (McpHttpRequest *request, guint64 *id, const guint64 **after)
{
  const char *text = mcp_http_request_get_header (request, "Last-Event-ID");

  *after = NULL;
  if (text == NULL)
    return TRUE;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, id, NULL))
    {
      *after = id;
      return TRUE;
    }

  mcp_http_reply_error (request, 400, "Last-Event-ID must be an id of this stream");
  return FALSE;
}

/**
 * mcp_route_events_get_session:
 * @request: GET /session/{id}/events
 *
 * Streams a session's events until the session or the reader ends.
 */
void
mcp_route_events_get_session (McpHttpRequest *request)
{
  g_autoptr (GError) error = NULL;
  McpEventWatcher *watcher;
  const guint64 *after;
  guint64 id;

  if (!read_last_event_id (request, &id, &after))
    return;

  watcher = mcp_event_watcher_new_for_session (request->session, after, &error);
  if (watcher != NULL)
    open_stream (request, watcher);
  else
    mcp_http_reply_gerror (request, error);
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
  McpEventWatcher *watcher;
  const guint64 *after;
  guint64 id;

  if (!read_last_event_id (request, &id, &after))
    return;

  watcher = mcp_event_watcher_new_for_all (context->hub, after, &context->limits, &error);
  if (watcher != NULL)
    open_stream (request, watcher);
  else
    mcp_http_reply_gerror (request, error);
}
