/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/connection/mcp-exchange-stream.h"

struct _McpExchangeStream
{
  GIOStream parent_instance;

  GObject *owner;                /* (owned) (nullable): NULL once the exchange is over */
  const McpExchangeFuncs *funcs; /* called with @owner */
  GInputStream *input;           /* (owned) */
  McpExchangeOutput *output;     /* (owned) */
};

G_DEFINE_FINAL_TYPE (McpExchangeStream, mcp_exchange_stream, G_TYPE_IO_STREAM)

static GInputStream *
mcp_exchange_stream_get_input_stream (GIOStream *stream)
{
  return MCP_EXCHANGE_STREAM (stream)->input;
}

static GOutputStream *
mcp_exchange_stream_get_output_stream (GIOStream *stream)
{
  return G_OUTPUT_STREAM (MCP_EXCHANGE_STREAM (stream)->output);
}

static void
end_exchange (McpExchangeStream *self)
{
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);
  gboolean complete, keep_alive;

  if (owner == NULL)
    return;

  complete = mcp_exchange_output_finish (self->output, &keep_alive);
  mcp_exchange_output_detach (self->output);
  self->funcs->ended (owner, complete, keep_alive);
}

/* Input and output live in memory and need no closing. */
static gboolean
mcp_exchange_stream_close (GIOStream *stream,
                           GCancellable *cancellable G_GNUC_UNUSED,
                           GError **error G_GNUC_UNUSED)
{
  end_exchange (MCP_EXCHANGE_STREAM (stream));
  return TRUE;
}

/* GIOStream's own would close in another thread. */
static void
mcp_exchange_stream_close_async (GIOStream *stream,
                                 int io_priority G_GNUC_UNUSED,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, mcp_exchange_stream_close_async);
  end_exchange (MCP_EXCHANGE_STREAM (stream));
  g_task_return_boolean (task, TRUE);
}

static gboolean
mcp_exchange_stream_close_finish (GIOStream *stream G_GNUC_UNUSED,
                                  GAsyncResult *result,
                                  GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_exchange_stream_new:
 * @wire: where the answer goes
 * @request: the request, head and body, and how it is to be answered
 * @funcs: called from the main context with @owner, until the exchange ends or is detached
 * @owner: (type GObject): owns @wire; kept alive until the exchange ends or is detached
 *
 * Makes the stream of one exchange. Main context only.
 *
 * Returns: (transfer full): the stream
 */
McpExchangeStream *
mcp_exchange_stream_new (McpHttpWire *wire,
                         const McpExchangeRequest *request,
                         const McpExchangeFuncs *funcs,
                         gpointer owner)
{
  McpExchangeStream *self = g_object_new (MCP_TYPE_EXCHANGE_STREAM, NULL);

  self->owner = g_object_ref (owner);
  self->funcs = funcs;
  self->input = g_memory_input_stream_new_from_bytes (request->head);
  if (g_bytes_get_size (request->body) > 0)
    g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (self->input), request->body);
  self->output =
      mcp_exchange_output_new (wire, request->is_head_method, request->close, funcs, owner);

  return self;
}

/**
 * mcp_exchange_stream_close_after:
 * @self: the stream
 *
 * Has the connection close after this answer. Does nothing once the answer's head is written.
 */
void
mcp_exchange_stream_close_after (McpExchangeStream *self)
{
  mcp_exchange_output_close_after (self->output);
}

/**
 * mcp_exchange_stream_wake:
 * @self: the stream
 *
 * Has whoever waits for room in the socket try again.
 */
void
mcp_exchange_stream_wake (McpExchangeStream *self)
{
  mcp_exchange_output_wake (self->output);
}

/**
 * mcp_exchange_stream_detach:
 * @self: the stream
 *
 * Takes the connection away: writes fail from now on, and closing the stream means nothing.
 */
void
mcp_exchange_stream_detach (McpExchangeStream *self)
{
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);

  if (owner != NULL)
    mcp_exchange_output_detach (self->output);
}

/* GIOStream's dispose closes the stream, and that needs the output. */
static void
mcp_exchange_stream_finalize (GObject *object)
{
  McpExchangeStream *self = MCP_EXCHANGE_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->owner);

  G_OBJECT_CLASS (mcp_exchange_stream_parent_class)->finalize (object);
}

static void
mcp_exchange_stream_class_init (McpExchangeStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mcp_exchange_stream_finalize;
  stream_class->get_input_stream = mcp_exchange_stream_get_input_stream;
  stream_class->get_output_stream = mcp_exchange_stream_get_output_stream;
  stream_class->close_fn = mcp_exchange_stream_close;
  stream_class->close_async = mcp_exchange_stream_close_async;
  stream_class->close_finish = mcp_exchange_stream_close_finish;
}

static void
mcp_exchange_stream_init (McpExchangeStream *self G_GNUC_UNUSED)
{
}
