/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-exchange-output.h"

#include "http/wire/mcp-body-decoder.h"
#include "http/wire/mcp-response-head.h"

#include <string.h>

/* A head that libsoup writes is a few hundred bytes. */
#define MAX_HEAD_BYTES (256 * 1024)
/* What blocking writes may leave behind: the last chunk, five bytes. */
#define MAX_TAIL_BYTES (64 * 1024)

struct _McpExchangeOutput
{
  GOutputStream parent_instance;

  McpHttpWire *wire; /* (unowned) (nullable): NULL once detached */
  const McpExchangeFuncs *funcs;
  gpointer owner; /* (unowned): for @funcs */
  gboolean to_head_request;
  gboolean close;

  GString *head; /* (owned) (nullable): as far as it was written */
  gsize n_taken; /* of the caller's bytes, while the head waits for room in the socket */
  gboolean head_sent;
  McpResponseHead response;
  McpBodyDecoder body; /* finds the end of the body */
  gboolean body_done;

  GPtrArray *sources; /* (unowned) GSource: wait for room in the socket */

  GMutex mutex;     /* guards tail */
  GByteArray *tail; /* (owned) (nullable): from blocking writes */
};

static void mcp_exchange_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (McpExchangeOutput,
                               mcp_exchange_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      mcp_exchange_output_pollable_init))

/* A source that is ready when mcp_exchange_output_wake() says so. */
typedef struct
{
  GSource base;
  McpExchangeOutput *output; /* (owned) */
} WaitSource;

static gboolean
wait_source_dispatch (GSource *source,
                      GSourceFunc callback G_GNUC_UNUSED,
                      gpointer user_data G_GNUC_UNUSED)
{
  /* its parent has the callback */
  g_source_set_ready_time (source, -1);
  return G_SOURCE_CONTINUE;
}

static void
wait_source_finalize (GSource *source)
{
  McpExchangeOutput *output = ((WaitSource *) source)->output;

  g_ptr_array_remove_fast (output->sources, source);
  g_object_unref (output);
}

static GSourceFuncs wait_source_funcs = {
  .dispatch = wait_source_dispatch,
  .finalize = wait_source_finalize,
};

static GSource *
mcp_exchange_output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  McpExchangeOutput *self = MCP_EXCHANGE_OUTPUT (stream);
  GSource *source = g_pollable_source_new (G_OBJECT (stream));
  g_autoptr (GSource) wait = g_source_new (&wait_source_funcs, sizeof (WaitSource));

  ((WaitSource *) wait)->output = g_object_ref (self);
  g_source_set_static_name (wait, "mcp-exchange-output");
  g_ptr_array_add (self->sources, wait);

  if (self->wire == NULL || !self->funcs->wait_for_room (self->owner))
    g_source_set_ready_time (wait, 0);
  g_source_add_child_source (source, wait);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }
  return source;
}

static gboolean
mcp_exchange_output_is_writable (GPollableOutputStream *stream)
{
  McpExchangeOutput *self = MCP_EXCHANGE_OUTPUT (stream);

  /* TRUE too when a write would fail at once */
  return self->wire == NULL || mcp_http_wire_get_queued (self->wire) == 0;
}

static gssize
would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "The client does not read");
  return -1;
}

static gssize
connection_closed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The client is gone");
  return -1;
}

/* Follows the body to its end. */
static void
note_body (McpExchangeOutput *self, const char *data, gsize length)
{
  McpHttpReject reject;
  gsize n_used;

  if (self->response.body_kind == MCP_RESPONSE_BODY_LENGTH ||
      self->response.body_kind == MCP_RESPONSE_BODY_CHUNKED)
    self->body_done =
        mcp_body_decoder_feed (&self->body, data, length, &n_used, &reject) == MCP_BODY_DONE;
}

static void
begin_body (McpExchangeOutput *self)
{
  switch (self->response.body_kind)
    {
    case MCP_RESPONSE_BODY_NONE:
    case MCP_RESPONSE_BODY_UNTIL_CLOSE:
      self->body_done = TRUE;
      break;
    case MCP_RESPONSE_BODY_LENGTH:
      mcp_body_decoder_init_length (&self->body, self->response.content_length, FALSE);
      self->body_done = self->response.content_length == 0;
      break;
    case MCP_RESPONSE_BODY_CHUNKED:
      mcp_body_decoder_init_chunked (&self->body, G_MAXSIZE, FALSE);
      break;
    }
}

/* Takes bytes of the head; returns how many, or 0 when the head grew out of bounds. */
static gsize
take_head (McpExchangeOutput *self, const char *data, gsize length, gboolean *complete)
{
  g_autoptr (GString) rewritten = NULL;
  gsize old_length = self->head->len;
  const char *end;
  gsize head_length;

  if (old_length + length > MAX_HEAD_BYTES)
    length = MAX_HEAD_BYTES - old_length;

  g_string_append_len (self->head, data, (gssize) length);
  end = strstr (self->head->str + (old_length > 3 ? old_length - 3 : 0), "\r\n\r\n");
  *complete = end != NULL;
  if (end == NULL)
    return length;

  head_length = (gsize) (end - self->head->str) + 4;
  rewritten = mcp_response_head_rewrite (self->head->str, head_length, self->to_head_request,
                                         self->close, &self->response);
  mcp_http_wire_queue (self->wire, rewritten->str, rewritten->len);
  begin_body (self);
  return head_length - old_length;
}

/*
 * libsoup believes that the head is out when this function says so, and an event stream may then
 * write to the socket directly. So the write of a head succeeds only when the head is in the
 * socket.
 */
static gssize
write_head (McpExchangeOutput *self, const char *data, gsize length, GError **error)
{
  gsize n_taken = self->n_taken;
  gboolean complete = TRUE;

  if (n_taken == 0)
    n_taken = take_head (self, data, length, &complete);
  if (n_taken == 0 || n_taken > length)
    return connection_closed (error);
  if (!complete)
    return (gssize) n_taken;

  /* A body of known length comes next: one system call can take both. */
  if (self->response.body_kind != MCP_RESPONSE_BODY_LENGTH || self->body_done)
    {
      gboolean flushed = mcp_http_wire_flush (self->wire);

      self->funcs->wrote (self->owner, flushed);
      if (self->wire->broken)
        return connection_closed (error);
      self->n_taken = n_taken;
      if (!flushed)
        return would_block (error);
    }

  self->n_taken = 0;
  self->head_sent = TRUE;
  return (gssize) n_taken;
}

static gssize
write_body (McpExchangeOutput *self, const char *data, gsize length, GError **error)
{
  gssize n_sent;

  if (self->response.body_kind == MCP_RESPONSE_BODY_NONE)
    return (gssize) length;
  if (self->response.body_kind == MCP_RESPONSE_BODY_LENGTH)
    {
      /* More than announced would be read as the next answer. */
      if (self->body_done)
        return (gssize) length;
      length = (gsize) MIN ((guint64) length, self->body.remaining);
    }

  n_sent = mcp_http_wire_send (self->wire, data, length);
  self->funcs->wrote (self->owner, n_sent > 0);
  if (n_sent < 0)
    return connection_closed (error);
  if (n_sent == 0 && length > 0)
    return would_block (error);

  note_body (self, data, (gsize) n_sent);
  return n_sent;
}

static gssize
mcp_exchange_output_write_nonblocking (GPollableOutputStream *stream,
                                       const void *buffer,
                                       gsize count,
                                       GError **error)
{
  McpExchangeOutput *self = MCP_EXCHANGE_OUTPUT (stream);

  if (self->wire == NULL || self->wire->broken)
    return connection_closed (error);

  return self->head_sent ? write_body (self, buffer, count, error)
                         : write_head (self, buffer, count, error);
}

/*
 * libsoup writes a chunked body's last chunk by a blocking write, and from
 * another thread (g_output_stream_close_async() of its own stream). Nothing is
 * sent here: the bytes are kept until the stream is closed on the main thread.
 */
static gssize
mcp_exchange_output_write (GOutputStream *stream,
                           const void *buffer,
                           gsize count,
                           GCancellable *cancellable G_GNUC_UNUSED,
                           GError **error)
{
  McpExchangeOutput *self = MCP_EXCHANGE_OUTPUT (stream);
  gboolean fits;

  g_mutex_lock (&self->mutex);
  if (self->tail == NULL)
    self->tail = g_byte_array_new ();
  fits = count <= MAX_TAIL_BYTES - self->tail->len;
  if (fits)
    g_byte_array_append (self->tail, buffer, (guint) count);
  g_mutex_unlock (&self->mutex);

  if (!fits)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           "Blocking writes are for the end of an answer only");
      return -1;
    }
  return (gssize) count;
}

/**
 * mcp_exchange_output_new:
 * @wire: where the answer goes; it outlives the output, or the output is detached first
 * @to_head_request: whether the request is a HEAD, so that the answer has no body
 * @close: whether the connection closes after the answer in any case
 * @funcs: (scope notified): called from the main context; valid until the output is detached
 * @owner: for @funcs
 *
 * Makes the output of one exchange. Main context only.
 *
 * Returns: (transfer full): the output
 */
McpExchangeOutput *
mcp_exchange_output_new (McpHttpWire *wire,
                         gboolean to_head_request,
                         gboolean close,
                         const McpExchangeFuncs *funcs,
                         gpointer owner)
{
  McpExchangeOutput *self = g_object_new (MCP_TYPE_EXCHANGE_OUTPUT, NULL);

  self->wire = wire;
  self->to_head_request = to_head_request;
  self->close = close;
  self->funcs = funcs;
  self->owner = owner;
  return self;
}

/**
 * mcp_exchange_output_close_after:
 * @self: the output
 *
 * Has the connection close after this answer. Does nothing once the answer's head is written.
 */
void
mcp_exchange_output_close_after (McpExchangeOutput *self)
{
  self->close = TRUE;
}

/**
 * mcp_exchange_output_wake:
 * @self: the output
 *
 * Has whoever waits for room in the socket try again.
 */
void
mcp_exchange_output_wake (McpExchangeOutput *self)
{
  for (guint i = 0; i < self->sources->len; i++)
    g_source_set_ready_time (g_ptr_array_index (self->sources, i), 0);
}

/**
 * mcp_exchange_output_finish:
 * @self: the output
 * @keep_alive: (out): whether the connection can take another request afterwards
 *
 * Ends the answer; what is left of it is in the connection's queue then.
 *
 * Returns: whether the answer is complete
 */
gboolean
mcp_exchange_output_finish (McpExchangeOutput *self, gboolean *keep_alive)
{
  g_autoptr (GByteArray) tail = NULL;

  *keep_alive = FALSE;
  g_mutex_lock (&self->mutex);
  tail = g_steal_pointer (&self->tail);
  g_mutex_unlock (&self->mutex);

  if (self->wire == NULL || !self->head_sent)
    return FALSE;
  if (tail != NULL)
    {
      mcp_http_wire_queue (self->wire, tail->data, tail->len);
      note_body (self, (const char *) tail->data, tail->len);
    }

  *keep_alive = !self->response.closes;
  return self->body_done;
}

/**
 * mcp_exchange_output_detach:
 * @self: the output
 *
 * Takes the connection away: writes fail from now on.
 */
void
mcp_exchange_output_detach (McpExchangeOutput *self)
{
  self->wire = NULL;
  mcp_exchange_output_wake (self);
}

static void
mcp_exchange_output_finalize (GObject *object)
{
  McpExchangeOutput *self = MCP_EXCHANGE_OUTPUT (object);

  g_string_free (self->head, TRUE);
  mcp_body_decoder_clear (&self->body);
  g_clear_pointer (&self->tail, g_byte_array_unref);
  g_ptr_array_unref (self->sources);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (mcp_exchange_output_parent_class)->finalize (object);
}

static void
mcp_exchange_output_class_init (McpExchangeOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_exchange_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = mcp_exchange_output_write;
}

static void
mcp_exchange_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = mcp_exchange_output_is_writable;
  iface->create_source = mcp_exchange_output_create_source;
  iface->write_nonblocking = mcp_exchange_output_write_nonblocking;
}

static void
mcp_exchange_output_init (McpExchangeOutput *self)
{
  g_mutex_init (&self->mutex);
  self->head = g_string_new (NULL);
  self->sources = g_ptr_array_new ();
}
