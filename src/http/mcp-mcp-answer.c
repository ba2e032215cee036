/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The answer to one MCP request over HTTP (MCP, basic/transports, "Sending
 * Messages to the Server"). What comes first decides its form: a response is
 * answered as plain JSON, anything before it makes the answer an event stream.
 * All messages go through one queue, so that a result cannot overtake them.
 */
#include "mcp-mcp-answer.h"

#include "mcp-http-reply.h"
#include "mcp-names.h"

/* What a client that does not read may make us keep, but for one message more. */
#define MAX_PENDING_BYTES (32 * 1024 * 1024)

typedef enum
{
  STATE_WAITING,   /* the answer's form is open */
  STATE_STREAMING, /* the answer is an event stream */
  STATE_OVER,      /* answered by JSON, or nobody is left to answer */
} State;

typedef struct
{
  gatomicrefcount ref_count;

  McpSseFlusher *flusher;    /* (owned) */
  McpGateway *gateway;       /* (owned) */
  McpAttachment *attachment; /* (owned) */
  McpRequest *request;       /* (owned) (nullable) until it is done */
  McpAnswerFlags flags;
  State state;

  SoupServerMessage *msg;        /* (owned) (nullable) while waiting */
  McpHttpConnection *connection; /* (owned) (nullable) while waiting */
  gboolean paused;

  McpSseStream *stream; /* (owned) (nullable) while streaming */
  GQueue pending;       /* (element-type GBytes) */
  gsize pending_bytes;
  gboolean complete; /* nothing comes after what is pending */
} Answer;

static Answer *
answer_ref (Answer *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
answer_unref (Answer *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->pending, (GDestroyNotify) g_bytes_unref);
  g_object_unref (self->attachment);
  g_object_unref (self->gateway);
  mcp_sse_flusher_unref (self->flusher);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_unref)

static void
release (gpointer data, GClosure *closure)
{
  answer_unref (data);
}

static void
forget_request (Answer *self)
{
  g_autoptr (McpRequest) request = g_steal_pointer (&self->request);

  if (request != NULL)
    g_signal_handlers_disconnect_by_data (request, self);
}

static void
forget_message (Answer *self)
{
  g_autoptr (SoupServerMessage) msg = g_steal_pointer (&self->msg);
  g_autoptr (McpHttpConnection) connection = g_steal_pointer (&self->connection);

  if (msg == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  g_signal_handlers_disconnect_by_data (msg, self);
}

/*
 * Nobody reads the answer any more. A client with a lasting attachment may have
 * lost its connection only; others have nothing but the connection (and nobody
 * could use an attachment whose id got lost).
 */
static void
client_gone (Answer *self)
{
  g_autoptr (McpRequest) request = NULL;

  self->state = STATE_OVER;
  forget_message (self);
  g_queue_clear_full (&self->pending, (GDestroyNotify) g_bytes_unref);
  self->pending_bytes = 0;
  if (self->request == NULL)
    return;

  request = g_object_ref (self->request);
  forget_request (self);
  if (!mcp_attachment_is_lasting (self->attachment))
    mcp_request_cancel (request);
  else if (self->flags & MCP_ANSWER_NEW_ATTACHMENT)
    mcp_gateway_detach (self->gateway, self->attachment);
}

static void
message_over_cb (SoupServerMessage *msg, gpointer user_data)
{
  client_gone (user_data);
}

static void
peer_gone_cb (McpHttpConnection *connection, gpointer user_data)
{
  Answer *self = user_data;
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);
  gboolean paused = self->paused;

  client_gone (self);
  /* Lets libsoup find out. */
  mcp_http_reply_error (msg, 503, "The client has gone");
  if (paused)
    soup_server_message_unpause (msg);
}

static void
stream_closed (gpointer user_data)
{
  g_autoptr (Answer) self = user_data;

  g_clear_pointer (&self->stream, mcp_sse_stream_unref);
  client_gone (self);
}

static gboolean
fill (McpSseBatch *batch, gpointer user_data)
{
  Answer *self = user_data;

  while (!mcp_sse_batch_is_full (batch) && !g_queue_is_empty (&self->pending))
    {
      g_autoptr (GBytes) json = g_queue_pop_head (&self->pending);

      self->pending_bytes -= g_bytes_get_size (json);
      mcp_sse_batch_append_event (batch, 0, NULL, json);
    }

  return !self->complete || !g_queue_is_empty (&self->pending);
}

/* MCP, basic/transports, "Session Management": on the answer that has the InitializeResult. */
static void
name_attachment (Answer *self, SoupServerMessage *msg)
{
  if (self->flags & MCP_ANSWER_NEW_ATTACHMENT)
    soup_message_headers_replace (soup_server_message_get_response_headers (msg),
                                  MCP_HEADER_SESSION_ID, mcp_attachment_get_id (self->attachment));
}

static void
begin_stream (Answer *self)
{
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);
  g_autoptr (McpHttpConnection) connection = g_object_ref (self->connection);

  forget_message (self);
  self->state = STATE_STREAMING;
  name_attachment (self, msg);
  self->stream =
      mcp_sse_stream_open (self->flusher, msg, connection, fill, answer_ref (self), stream_closed);
  if (self->paused)
    soup_server_message_unpause (msg);
}

static void
queue_message (Answer *self, GBytes *json)
{
  if (self->pending_bytes >= MAX_PENDING_BYTES)
    {
      g_info ("An MCP client does not read its answer; it is cut off");
      mcp_sse_stream_close (self->stream);
      return;
    }

  g_queue_push_tail (&self->pending, g_bytes_ref (json));
  self->pending_bytes += g_bytes_get_size (json);
  mcp_sse_stream_wake (self->stream);
}

static void
message_cb (McpRequest *request, GBytes *json, gpointer user_data)
{
  Answer *self = user_data;

  if (self->state == STATE_WAITING && self->flags & MCP_ANSWER_STREAM)
    begin_stream (self);
  if (self->state == STATE_STREAMING)
    queue_message (self, json);
}

static void
reply (Answer *self, guint status, GBytes *json)
{
  g_autoptr (SoupServerMessage) msg = g_object_ref (self->msg);

  forget_message (self);
  self->state = STATE_OVER;
  if (json != NULL)
    mcp_http_reply_json (msg, status, json);
  else
    mcp_http_reply_empty (msg, status);
  if (status == 200)
    name_attachment (self, msg);
  if (self->paused)
    soup_server_message_unpause (msg);
}

static void
response_cb (McpRequest *request, GBytes *json, int error_code, gpointer user_data)
{
  Answer *self = user_data;

  forget_request (self);
  /* A client that was refused has no attachment. */
  if (self->flags & MCP_ANSWER_NEW_ATTACHMENT && error_code != 0)
    {
      self->flags &= ~MCP_ANSWER_NEW_ATTACHMENT;
      mcp_gateway_detach (self->gateway, self->attachment);
    }

  if (self->state == STATE_WAITING && self->flags & MCP_ANSWER_JSON)
    {
      reply (self, mcp_request_get_http_status (request), json);
      return;
    }

  self->complete = TRUE;
  if (self->state == STATE_WAITING)
    begin_stream (self);
  if (self->state == STATE_STREAMING)
    queue_message (self, json);
}

/* There will be no response: MCP, basic/utilities/cancellation. */
static void
cancelled_cb (McpRequest *request, gpointer user_data)
{
  Answer *self = user_data;

  forget_request (self);
  self->complete = TRUE;
  if (self->state == STATE_WAITING)
    reply (self, mcp_session_is_closed (mcp_attachment_get_session (self->attachment)) ? 404 : 202,
           NULL);
  else if (self->state == STATE_STREAMING)
    mcp_sse_stream_wake (self->stream);
}

static void
follow (Answer *self, gpointer instance, const char *signal, GCallback callback)
{
  g_signal_connect_data (instance, signal, callback, answer_ref (self), release, 0);
}

/**
 * mcp_mcp_answer_start:
 * @http: a POST to /mcp
 * @attachment: whose request it carries
 * @request: the request, not started
 * @flags: how it may be answered
 *
 * Starts the request, and answers when there is something to say.
 */
void
mcp_mcp_answer_start (McpHttpRequest *http,
                      McpAttachment *attachment,
                      McpRequest *request,
                      McpAnswerFlags flags)
{
  g_autoptr (Answer) self = g_new0 (Answer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->flusher = mcp_sse_flusher_ref (http->context->flusher);
  self->gateway = g_object_ref (http->context->gateway);
  self->attachment = g_object_ref (attachment);
  self->request = g_object_ref (request);
  self->flags = flags;
  self->msg = g_object_ref (http->msg);
  self->connection = g_object_ref (http->connection);
  g_queue_init (&self->pending);

  follow (self, request, "message", G_CALLBACK (message_cb));
  follow (self, request, "response", G_CALLBACK (response_cb));
  follow (self, request, "cancelled", G_CALLBACK (cancelled_cb));
  follow (self, self->msg, "finished", G_CALLBACK (message_over_cb));
  follow (self, self->msg, "disconnected", G_CALLBACK (message_over_cb));
  follow (self, self->connection, "peer-gone", G_CALLBACK (peer_gone_cb));

  mcp_request_set_streamable (request, (flags & MCP_ANSWER_STREAM) != 0);
  mcp_request_start (request);
  if (self->state != STATE_WAITING)
    return;

  self->paused = TRUE;
  soup_server_message_pause (self->msg);
}
