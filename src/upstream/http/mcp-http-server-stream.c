/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-http-server-stream-private.h"

#include "common/mcp-timer.h"

/* Of the time that a server may name. */
#define MAX_RETRY_MS 300000

/**
 * mcp_http_server_stream_init:
 * @self: zeroed memory
 * @endpoint: (transfer none): the server
 * @funcs: static
 * @user_data: for @funcs
 */
void
mcp_http_server_stream_init (McpHttpServerStream *self,
                             const McpHttpEndpoint *endpoint,
                             const McpHttpInboxFuncs *funcs,
                             gpointer user_data)
{
  self->endpoint = endpoint;
  self->funcs = funcs;
  self->user_data = user_data;
}

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  McpHttpServerStream *self = user_data;

  if (mcp_http_fetch_get_status (fetch) != SOUP_STATUS_OK)
    return;
  mcp_backoff_reset (&self->backoff);
  mcp_http_inbox_take (self->inbox, fetch, text);
}

static gboolean
timer_cb (gpointer data)
{
  McpHttpServerStream *self = data;

  mcp_timer_clear (&self->timer);
  mcp_http_server_stream_start (self);
  return G_SOURCE_REMOVE;
}

static void
start_again_later (McpHttpServerStream *self, gint64 retry_ms)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 wait_ms;

  mcp_backoff_fail (&self->backoff, now_us);
  wait_ms = mcp_backoff_get_wait_us (&self->backoff, now_us) / 1000;
  wait_ms = MAX (wait_ms, MIN (retry_ms, MAX_RETRY_MS));
  self->timer = mcp_timer_new_ms ("http-listen-again", (guint) wait_ms, timer_cb, self);
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  McpHttpServerStream *self = user_data;
  guint status = mcp_http_fetch_get_status (fetch);

  if (mcp_http_fetch_get_event_id (fetch) != NULL)
    {
      g_free (self->event_id);
      self->event_id = g_strdup (mcp_http_fetch_get_event_id (fetch));
    }

  /* A status of 4xx, above all 405, says that there is no such stream, and so does any other answer
     that is no stream. A session that has ended shows at the next request. */
  if (mcp_http_fetch_is_stream (fetch) || status == 0 || status >= 500)
    start_again_later (self, mcp_http_fetch_get_retry_ms (fetch));
  else
    g_debug ("a server offers no stream of its own (HTTP %u)", status);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
}

/**
 * mcp_http_server_stream_start:
 * @self: a stream that is not there
 *
 * Asks for the server's stream, and again whenever it ends.
 */
void
mcp_http_server_stream_start (McpHttpServerStream *self)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };

  if (self->inbox == NULL)
    self->inbox = mcp_http_inbox_new (0, self->funcs, self->user_data);
  self->fetch = mcp_http_endpoint_new_fetch (self->endpoint, "GET", &funcs, self);
  mcp_http_fetch_set_header (self->fetch, "Accept", "text/event-stream");
  if (self->event_id != NULL)
    mcp_http_fetch_set_header (self->fetch, "Last-Event-ID", self->event_id);
  mcp_http_fetch_start (self->fetch, self->endpoint->soup, 0);
}

/**
 * mcp_http_server_stream_stop:
 * @self: a stream in any state
 *
 * Leaves the stream; the next one belongs to another session.
 */
void
mcp_http_server_stream_stop (McpHttpServerStream *self)
{
  mcp_timer_clear (&self->timer);
  if (self->fetch != NULL)
    mcp_http_fetch_cancel (self->fetch);
  g_clear_pointer (&self->fetch, mcp_http_fetch_unref);
  g_clear_pointer (&self->inbox, mcp_http_inbox_free);
  g_clear_pointer (&self->event_id, g_free);
  mcp_backoff_reset (&self->backoff);
}
