/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The stream on which the server speaks unasked (MCP 2025-11-25, basic/transports,
 * “Listening for Messages from the Server”). A server need not have one.
 */
#include "mcp-http-provider-private.h"

/* Of the time that a server may name. */
#define MAX_RETRY_MS 300000

static void
message_cb (McpHttpFetch *fetch, GBytes *text, gpointer user_data)
{
  g_autoptr (McpHttpProvider) self = g_object_ref (user_data);

  if (mcp_http_fetch_get_status (fetch) != SOUP_STATUS_OK)
    return;
  mcp_backoff_reset (&self->listen_backoff);
  mcp_http_provider_inbox_take (self, 0, text);
}

static gboolean
again_cb (gpointer data)
{
  McpHttpProvider *self = data;

  mcp_http_provider_run_clear_timer (&self->listen_timer);
  mcp_http_provider_listen_start (self);
  return G_SOURCE_REMOVE;
}

static void
listen_again (McpHttpProvider *self, gint64 retry_ms)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 wait_ms;

  mcp_backoff_fail (&self->listen_backoff, now_us);
  wait_ms = mcp_backoff_get_wait_us (&self->listen_backoff, now_us) / 1000;
  wait_ms = MAX (wait_ms, MIN (retry_ms, MAX_RETRY_MS));
  self->listen_timer = mcp_http_provider_run_start_timer ((guint) wait_ms, again_cb, self);
}

static void
ended_cb (McpHttpFetch *fetch, const GError *error, gpointer user_data)
{
  McpHttpProvider *self = user_data;
  guint status = mcp_http_fetch_get_status (fetch);

  if (mcp_http_fetch_get_event_id (fetch) != NULL)
    {
      g_free (self->listen_event_id);
      self->listen_event_id = g_strdup (mcp_http_fetch_get_event_id (fetch));
    }

  /* A status of 4xx, 405 above all, says that there is no such stream; so does any other answer
     that is none. A session that has ended shows at the next request. */
  if (mcp_http_fetch_is_stream (fetch) || status == 0 || status >= 500)
    listen_again (self, mcp_http_fetch_get_retry_ms (fetch));
  else
    g_debug ("server %s: offers no stream of its own (HTTP %u)", self->config->name, status);
  g_clear_pointer (&self->listener, mcp_http_fetch_unref);
}

/**
 * mcp_http_provider_listen_start:
 * @self: the provider, which is ready
 *
 * Asks for the server's stream, and again whenever it ends.
 */
void
mcp_http_provider_listen_start (McpHttpProvider *self)
{
  static const McpHttpFetchFuncs funcs = { message_cb, NULL, ended_cb };

  self->listener = mcp_http_provider_run_new_fetch (self, "GET", &funcs, self);
  mcp_http_fetch_set_header (self->listener, "Accept", "text/event-stream");
  if (self->listen_event_id != NULL)
    mcp_http_fetch_set_header (self->listener, "Last-Event-ID", self->listen_event_id);
  mcp_http_fetch_start (self->listener, self->soup, 0);
}

/**
 * mcp_http_provider_listen_stop:
 * @self: the provider
 *
 * Leaves the stream; the next one is another session's.
 */
void
mcp_http_provider_listen_stop (McpHttpProvider *self)
{
  mcp_http_provider_run_clear_timer (&self->listen_timer);
  if (self->listener != NULL)
    mcp_http_fetch_cancel (self->listener);
  g_clear_pointer (&self->listener, mcp_http_fetch_unref);
  g_clear_pointer (&self->listen_event_id, g_free);
  mcp_backoff_reset (&self->listen_backoff);
}
