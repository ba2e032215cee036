/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One event stream to one reader. Once the head of the answer is in the socket, frames go straight
 * to the socket. At most one batch that the socket did not take is kept. Until that batch is sent,
 * the source is not asked for more, so that a reader that does not read costs no more than the
 * source allows.
 */
#include "http/sse/mcp-sse-stream.h"

#include "http/connection/mcp-http-connection-stream.h"
#include "http/connection/mcp-http-connection.h"

typedef enum
{
  STATE_OPENING,
  STATE_OPEN,
  STATE_CLOSED,
} State;

struct _McpSseStream
{
  gatomicrefcount ref_count;

  McpSseFlusher *flusher; /* (owned) */
  McpFlushItem item;

  State state;
  gboolean ending;  /* the source has given its last batch */
  gboolean waiting; /* for the socket, with @rest to send */
  McpSseBatch rest;
  gsize rest_offset; /* bytes of @rest that were sent */

  McpHttpConnection *connection; /* (owned) (nullable) while open */
  int socket;                    /* the connection's, while open */

  McpSseFillFunc fill;
  gpointer user_data;
  GDestroyNotify closed;
};

static void
release_connection (McpSseStream *self)
{
  g_autoptr (McpHttpConnection) connection = g_steal_pointer (&self->connection);

  if (connection == NULL)
    return;

  mcp_http_connection_clear_gone (connection, self);
  mcp_http_connection_stream_end (connection);
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

  if (self->state == STATE_CLOSED)
    return;

  guard = mcp_sse_stream_ref (self);
  self->state = STATE_CLOSED;
  mcp_sse_flusher_remove (self->flusher, &self->item);
  release_connection (self);
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

  mcp_sse_flusher_sent (self->flusher, &self->item);
  mcp_http_connection_stream_count_sent (self->connection, (gsize) n_bytes);
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
      mcp_http_connection_stream_watch_writable (self->connection, writable_cb, self);
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
  mcp_http_connection_stream_watch_writable (self->connection, writable_cb, self);
}

static void
flush (gpointer owner, McpSseBatch *scratch)
{
  McpSseStream *self = owner;

  if (self->state != STATE_OPEN || self->waiting || self->ending)
    return;

  self->ending = !self->fill (scratch, self->user_data);
  /* The source may have closed the stream. */
  if (self->state != STATE_OPEN)
    return;

  if (!mcp_sse_batch_is_empty (scratch))
    send_batch (self, scratch);
  else if (self->ending)
    mcp_sse_stream_close (self);
}

static void
keep_alive (gpointer owner, McpSseBatch *scratch)
{
  McpSseStream *self = owner;

  if (self->state != STATE_OPEN || self->waiting || self->ending)
    return;

  mcp_sse_batch_append_comment (scratch);
  send_batch (self, scratch);
}

static void
item_ref (gpointer owner)
{
  mcp_sse_stream_ref (owner);
}

static void
item_unref (gpointer owner)
{
  mcp_sse_stream_unref (owner);
}

static void
item_close (gpointer owner)
{
  mcp_sse_stream_close (owner);
}

static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  mcp_sse_stream_close (user_data);
}

/**
 * mcp_sse_stream_new:
 * @flusher: decides when the stream is written
 * @fill: where its frames come from
 * @user_data: for @fill
 * @closed: called once with @user_data when the stream is over, for whatever reason, before or
 *   after its first frame
 *
 * Makes a stream that has no socket yet. @fill is not called before mcp_sse_stream_begin(), and
 * @closed not before this function returns. Main context only.
 *
 * Returns: (transfer full): the stream
 */
McpSseStream *
mcp_sse_stream_new (McpSseFlusher *flusher,
                    McpSseFillFunc fill,
                    gpointer user_data,
                    GDestroyNotify closed)
{
  static const McpFlushItemFuncs item_funcs = {
    .ref = item_ref,
    .unref = item_unref,
    .flush = flush,
    .keep_alive = keep_alive,
    .close = item_close,
  };
  McpSseStream *self = g_new0 (McpSseStream, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->flusher = mcp_sse_flusher_ref (flusher);
  self->item.funcs = &item_funcs;
  self->item.owner = self;
  self->fill = fill;
  self->user_data = user_data;
  self->closed = closed;
  mcp_sse_flusher_add (flusher, &self->item);

  return self;
}

/**
 * mcp_sse_stream_begin:
 * @self: a new stream, or one that was closed since
 * @connection: a connection that has the head of the answer in its socket
 *
 * Gives the stream its socket. The stream writes to the socket from the next round of its flusher
 * on, until the stream ends or the peer is gone.
 */
void
mcp_sse_stream_begin (McpSseStream *self, McpHttpConnection *connection)
{
  int socket = mcp_http_connection_stream_begin (connection);

  g_return_if_fail (self->state != STATE_OPEN);

  if (self->state == STATE_CLOSED)
    {
      mcp_http_connection_stream_end (connection);
      return;
    }
  if (socket < 0)
    {
      mcp_sse_stream_close (self);
      return;
    }

  self->state = STATE_OPEN;
  self->connection = g_object_ref (connection);
  self->socket = socket;
  mcp_http_connection_set_gone (connection, peer_gone_cb, self);
  mcp_sse_stream_wake (self);
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
  mcp_sse_flusher_mark (self->flusher, &self->item);
}
