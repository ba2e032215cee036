/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One event stream to one reader. libsoup writes the response's head; then the
 * connection is taken from it, and frames go straight to the socket. At most one
 * batch that the socket did not take is kept: until that is sent, nothing is
 * asked for, so a reader that does not read costs what its source bounds.
 */
#include "http/sse/mcp-sse-stream.h"

#include "http/sse/mcp-sse-flusher.h"

typedef enum
{
  STATE_OPENING,
  STATE_OPEN,
  STATE_CLOSED,
} State;

struct _McpSseStream
{
  gatomicrefcount ref_count;
  int dirty; /* atomic: whether the flusher has it on its list */

  McpSseFlusher *flusher; /* (owned) */
  GList link;             /* in the flusher's list */
  gint64 last_sent_us;    /* monotonic */

  State state;
  gboolean ending;  /* the source has given its last batch */
  gboolean waiting; /* for the socket, with @rest to send */
  McpSseBatch rest;
  gsize rest_offset; /* bytes of @rest that were sent */

  SoupServerMessage *msg;        /* (owned) (nullable) while opening */
  McpHttpConnection *connection; /* (owned) (nullable) until closed */
  GSocket *socket;               /* (owned) (nullable) while open */

  McpSseFillFunc fill;
  gpointer user_data;
  GDestroyNotify closed;
};

static void
forget_message (McpSseStream *self)
{
  if (self->msg == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->msg, self);
  g_clear_object (&self->msg);
}

static void
forget_connection (McpSseStream *self, gboolean streaming)
{
  g_autoptr (McpHttpConnection) connection = g_steal_pointer (&self->connection);

  g_clear_object (&self->socket);
  if (connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  if (streaming)
    mcp_http_connection_end_stream (connection);
}

/**
 * mcp_sse_stream_close:
 * @self: a stream
 *
 * Ends the stream and its connection, whatever is still unsent. Does nothing
 * for one that is closed.
 */
void
mcp_sse_stream_close (McpSseStream *self)
{
  g_autoptr (McpSseStream) guard = NULL;
  gboolean streaming = self->state == STATE_OPEN;

  if (self->state == STATE_CLOSED)
    return;

  guard = mcp_sse_stream_ref (self);
  self->state = STATE_CLOSED;
  mcp_sse_flusher_remove (self->flusher, self);
  forget_message (self);
  forget_connection (self, streaming);
  if (self->waiting)
    mcp_sse_batch_clear (&self->rest);
  self->waiting = FALSE;
  self->closed (self->user_data);
}

static void
fail (McpSseStream *self, const GError *error)
{
  g_debug ("An event stream ends: %s", error->message);
  mcp_sse_stream_close (self);
}

static void
sent_all (McpSseStream *self, gboolean more)
{
  if (self->ending)
    mcp_sse_stream_close (self);
  else if (more)
    mcp_sse_stream_wake (self);
}

static void
note_sent (McpSseStream *self, gssize n_bytes)
{
  if (n_bytes <= 0)
    return;

  self->last_sent_us = g_get_monotonic_time ();
  mcp_sse_flusher_sent (self->flusher, self);
  mcp_http_connection_count_sent (self->connection, (gsize) n_bytes);
}

static void
writable_cb (McpHttpConnection *connection, gpointer user_data)
{
  McpSseStream *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n_bytes;

  if (self->state != STATE_OPEN || !self->waiting)
    return;

  n_bytes = mcp_sse_batch_send (&self->rest, self->rest_offset, self->socket, &error);
  if (n_bytes < 0)
    {
      fail (self, error);
      return;
    }

  note_sent (self, n_bytes);
  self->rest_offset += (gsize) n_bytes;
  if (self->rest_offset < mcp_sse_batch_get_size (&self->rest))
    {
      mcp_http_connection_watch_writable (self->connection, writable_cb, self);
      return;
    }

  mcp_sse_batch_clear (&self->rest);
  self->waiting = FALSE;
  sent_all (self, TRUE);
}

/* Sends the batch, and keeps what the socket does not take. */
static void
send_batch (McpSseStream *self, McpSseBatch *batch)
{
  gboolean full = mcp_sse_batch_is_full (batch);
  g_autoptr (GError) error = NULL;
  gssize n_bytes = mcp_sse_batch_send (batch, 0, self->socket, &error);

  if (n_bytes < 0)
    {
      fail (self, error);
      return;
    }

  note_sent (self, n_bytes);
  if ((gsize) n_bytes == mcp_sse_batch_get_size (batch))
    {
      sent_all (self, full);
      return;
    }

  mcp_sse_batch_copy_rest (batch, (gsize) n_bytes, &self->rest);
  self->rest_offset = 0;
  self->waiting = TRUE;
  mcp_http_connection_watch_writable (self->connection, writable_cb, self);
}

/**
 * mcp_sse_stream_flush:
 * @self: a stream, in any state
 * @scratch: a batch to use
 *
 * Writes what is pending, in one system call.
 */
void
mcp_sse_stream_flush (McpSseStream *self, McpSseBatch *scratch)
{
  /* Before the source is asked: what comes from now on marks the stream again. */
  g_atomic_int_set (&self->dirty, FALSE);
  if (self->state != STATE_OPEN || self->waiting || self->ending)
    return;

  mcp_sse_batch_reset (scratch);
  self->ending = !self->fill (scratch, self->user_data);
  /* The source may have closed the stream. */
  if (self->state != STATE_OPEN)
    return;

  if (!mcp_sse_batch_is_empty (scratch))
    send_batch (self, scratch);
  else if (self->ending)
    mcp_sse_stream_close (self);
}

/**
 * mcp_sse_stream_keep_alive:
 * @self: a stream, in any state but closed
 * @scratch: a batch to use
 *
 * Sends a comment, unless something else waits to be sent.
 */
void
mcp_sse_stream_keep_alive (McpSseStream *self, McpSseBatch *scratch)
{
  self->last_sent_us = g_get_monotonic_time ();
  mcp_sse_flusher_sent (self->flusher, self);
  if (self->state != STATE_OPEN || self->waiting || self->ending)
    return;

  mcp_sse_batch_reset (scratch);
  mcp_sse_batch_append_comment (scratch);
  send_batch (self, scratch);
}

static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  mcp_sse_stream_close (user_data);
}

/* The response ended before its head was out. */
static void
message_over_cb (SoupServerMessage *msg, gpointer user_data)
{
  mcp_sse_stream_close (user_data);
}

static void
wrote_headers_cb (SoupServerMessage *msg, gpointer user_data)
{
  McpSseStream *self = user_data;
  g_autoptr (SoupServerMessage) guard = g_object_ref (msg);
  g_autoptr (GIOStream) exchange = NULL;

  /* Taking the connection disconnects the message, which is no news to us. */
  forget_message (self);
  exchange = soup_server_message_steal_connection (msg);
  self->state = STATE_OPEN;
  self->socket = mcp_http_connection_begin_stream (self->connection);
  if (self->socket == NULL)
    {
      mcp_sse_stream_close (self);
      return;
    }

  g_object_ref (self->socket);
  mcp_sse_stream_wake (self);
}

static void
write_head (SoupServerMessage *msg)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);

  soup_server_message_set_status (msg, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  soup_message_headers_replace (headers, "Content-Type", "text/event-stream");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Connection", "close");
  /* Proxies that understand it pass each event on at once (nginx, X-Accel-Buffering). */
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");
}

/**
 * mcp_sse_stream_open:
 * @flusher: what decides when it is written
 * @msg: a request that is to be answered with an event stream
 * @connection: the connection that carries it
 * @fill: where its frames come from
 * @user_data: for @fill
 * @closed: called once with @user_data when the stream is over, for whatever
 *   reason, before or after its first frame
 *
 * Answers a request with an event stream; the caller unpauses the message where
 * it has paused it. Nothing is asked of @fill before the response's head is
 * written, and @closed is not called before this returns.
 *
 * Returns: (transfer full): the stream
 */
McpSseStream *
mcp_sse_stream_open (McpSseFlusher *flusher,
                     SoupServerMessage *msg,
                     McpHttpConnection *connection,
                     McpSseFillFunc fill,
                     gpointer user_data,
                     GDestroyNotify closed)
{
  McpSseStream *self = g_new0 (McpSseStream, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->flusher = mcp_sse_flusher_ref (flusher);
  self->link.data = self;
  self->last_sent_us = g_get_monotonic_time ();
  self->msg = g_object_ref (msg);
  self->connection = g_object_ref (connection);
  self->fill = fill;
  self->user_data = user_data;
  self->closed = closed;

  write_head (msg);
  g_signal_connect (msg, "wrote-headers", G_CALLBACK (wrote_headers_cb), self);
  g_signal_connect (msg, "finished", G_CALLBACK (message_over_cb), self);
  g_signal_connect (msg, "disconnected", G_CALLBACK (message_over_cb), self);
  g_signal_connect (connection, "peer-gone", G_CALLBACK (peer_gone_cb), self);
  mcp_sse_flusher_add (flusher, self);

  return self;
}

/**
 * mcp_sse_stream_ref:
 * @self: a stream
 *
 * Any thread.
 *
 * Returns: (transfer full): @self
 */
McpSseStream *
mcp_sse_stream_ref (McpSseStream *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mcp_sse_stream_unref:
 * @self: (transfer full): a stream
 *
 * Any thread. An open stream lives on without its opener's reference.
 */
void
mcp_sse_stream_unref (McpSseStream *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mcp_sse_flusher_unref (self->flusher);
  g_free (self);
}

/**
 * mcp_sse_stream_wake:
 * @self: a stream
 *
 * Says that its source has something to fill in. Any thread.
 */
void
mcp_sse_stream_wake (McpSseStream *self)
{
  mcp_sse_flusher_mark (self->flusher, self);
}

/**
 * mcp_sse_stream_mark:
 * @self: a stream
 *
 * Any thread.
 *
 * Returns: whether it was not marked yet
 */
gboolean
mcp_sse_stream_mark (McpSseStream *self)
{
  return g_atomic_int_compare_and_exchange (&self->dirty, FALSE, TRUE);
}

/**
 * mcp_sse_stream_get_link:
 * @self: a stream
 *
 * Returns: (transfer none): its place in its flusher's list
 */
GList *
mcp_sse_stream_get_link (McpSseStream *self)
{
  return &self->link;
}

/**
 * mcp_sse_stream_get_last_sent:
 * @self: a stream
 *
 * Returns: when something was last written to it, in µs of the monotonic clock
 */
gint64
mcp_sse_stream_get_last_sent (McpSseStream *self)
{
  return self->last_sent_us;
}
