/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The answer to one MCP request over HTTP, or to a batch of them (MCP,
 * basic/transports, "Sending Messages to the Server"). What comes first decides its
 * form: responses alone are answered as plain JSON, anything before them makes the
 * answer an event stream. All messages go through one stream, so that a result
 * cannot overtake them; it goes on without its connection where the client may come
 * back for the rest.
 */
#include "http/mcp/mcp-streamable-answer.h"

#include "common/mcp-names.h"
#include "common/mcp-timer.h"
#include "http/mcp/mcp-http-sender.h"
#include "http/mcp/mcp-request-starter.h"
#include "http/mcp/mcp-resumable-streams.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

/* When nothing was sent for so long, a client that can come back is given an id for that. */
#define PRIME_MS     1000
/* From this size on the responses to a batch are sent one by one, if the client takes a stream. */
#define STREAM_BYTES (1024 * 1024)
/* Of the responses to a batch in one answer of JSON; and one response more. */
#define ARRAY_BYTES  (32 * 1024 * 1024)

typedef enum
{
  STATE_WAITING,   /* the answer's form is open */
  STATE_STREAMING, /* the answer is an event stream */
  STATE_OVER,      /* answered by JSON, or nobody is left to answer */
} State;

typedef struct
{
  McpGateway *gateway;        /* (owned) */
  McpAttachment *attachment;  /* (owned) */
  GPtrArray *requests;        /* (owned): McpRequest (owned): not done yet */
  McpRequestStarter *starter; /* (owned): of the requests */
  GPtrArray *responses;       /* (owned): GBytes (owned): for an answer of plain JSON */
  gsize n_bytes;              /* of responses */
  McpStreamableAnswerFlags flags;
  State state;

  McpHttpRequest *http; /* (owned) (nullable) while waiting */
  gboolean is_refused;  /* the last response is an error */
  GSource *primer;      /* (owned) (nullable) while waiting */

  McpMessageStream *stream; /* (owned) (nullable) while streaming */
} Answer;

static Answer *
answer_ref (Answer *self)
{
  return g_rc_box_acquire (self);
}

static void
answer_clear (gpointer data)
{
  Answer *self = data;

  mcp_timer_clear (&self->primer);
  g_clear_pointer (&self->stream, mcp_message_stream_unref);
  g_ptr_array_unref (self->requests);
  mcp_request_starter_free (self->starter);
  g_ptr_array_unref (self->responses);
  g_object_unref (self->attachment);
  g_object_unref (self->gateway);
}

static void
answer_unref (gpointer self)
{
  g_rc_box_release_full (self, answer_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_unref)

/* The streams of a client that may come back; none where it cannot, or has ended. */
static McpResumableStreams *
get_streams (Answer *self)
{
  return mcp_attachment_is_lasting (self->attachment) && self->requests->len > 0
             ? mcp_resumable_streams_get (self->attachment)
             : NULL;
}

/* The request is done. The caller holds a reference. */
static void
forget_request (Answer *self, McpRequest *request)
{
  g_autoptr (McpRequest) guard = g_object_ref (request);

  mcp_request_set_carrier (request, NULL, NULL, NULL);
  g_ptr_array_remove (self->requests, request);
  if (self->requests->len == 0 && self->stream != NULL)
    mcp_message_stream_set_gone (self->stream, NULL, NULL, NULL);
}

/* Returns: (transfer full): the HTTP request, which is not waited with any more */
static McpHttpRequest *
take_http (Answer *self)
{
  mcp_timer_clear (&self->primer);
  mcp_http_request_set_gone (self->http, NULL, NULL, NULL);
  return g_steal_pointer (&self->http);
}

static GPtrArray *
copy_requests (GPtrArray *requests)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_add (copy, g_object_ref (g_ptr_array_index (requests, i)));
  return copy;
}

/* Cancels the requests whose answers nobody waits for. */
static void
cancel_requests (Answer *self)
{
  g_autoptr (GPtrArray) requests = copy_requests (self->requests);

  for (guint i = 0; i < requests->len; i++)
    forget_request (self, g_ptr_array_index (requests, i));
  if (self->flags & MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT)
    {
      mcp_gateway_detach (self->gateway, self->attachment);
      return;
    }
  for (guint i = 0; i < requests->len; i++)
    mcp_request_cancel (g_ptr_array_index (requests, i));
}

/* Lets the requests go on, although their answers are lost. */
static void
release_requests (Answer *self)
{
  mcp_request_starter_run_all (self->starter);
  while (self->requests->len > 0)
    forget_request (self, g_ptr_array_index (self->requests, 0));
}

/*
 * Nobody reads the answer any more. A client with a lasting attachment may have
 * lost its connection only: what it has read of a stream says where to go on, and
 * what was to be plain JSON is lost; the work goes on. Others have nothing but the
 * connection (and nobody could use an attachment whose id got lost).
 */
static void
client_gone (Answer *self)
{
  g_autoptr (Answer) guard = answer_ref (self);

  if (self->state == STATE_WAITING)
    {
      self->state = STATE_OVER;
      mcp_http_request_unref (take_http (self));
    }
  if (self->requests->len == 0)
    return;

  if (!mcp_attachment_is_lasting (self->attachment) ||
      self->flags & MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT)
    {
      self->state = STATE_OVER;
      cancel_requests (self);
    }
  else if (self->state == STATE_OVER)
    release_requests (self);
}

static void
client_gone_cb (McpHttpRequest *http, gpointer user_data)
{
  client_gone (user_data);
}

static gboolean
must_wait (gpointer owner)
{
  Answer *self = owner;

  return self->state == STATE_STREAMING && mcp_message_stream_is_behind (self->stream);
}

static gpointer
starter_ref (gpointer owner)
{
  return answer_ref (owner);
}

static void
drained_cb (McpMessageStream *stream, gpointer user_data)
{
  mcp_request_starter_resume (((Answer *) user_data)->starter);
}

static void
carrier_gone (McpMessageStream *stream, gpointer user_data)
{
  client_gone (user_data);
}

/* MCP, basic/transports, "Session Management": on the answer that has the InitializeResult. */
static void
add_session_id_header (Answer *self, McpHttpRequest *http)
{
  if (self->flags & MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT && !self->is_refused)
    mcp_http_request_set_reply_header (http, MCP_HEADER_SESSION_ID,
                                       mcp_attachment_get_id (self->attachment));
}

/* Streams that begin with an event without a message are known since 2025-11-25; those of
 * 2026-07-28 cannot be resumed. */
static gboolean
is_primed (Answer *self)
{
  return mcp_attachment_is_lasting (self->attachment) &&
         mcp_attachment_get_revision (self->attachment) >= MCP_REVISION_2025_11_25;
}

static void
begin_stream (Answer *self)
{
  g_autoptr (McpHttpRequest) http = take_http (self);
  McpResumableStreams *streams = get_streams (self);

  self->state = STATE_STREAMING;
  add_session_id_header (self, http);
  self->stream =
      streams != NULL ? mcp_resumable_streams_add (streams) : mcp_message_stream_new (NULL);
  mcp_message_stream_set_gone (self->stream, carrier_gone, answer_ref (self), answer_unref);
  mcp_message_stream_set_drained (self->stream, drained_cb);
  mcp_message_stream_carry (self->stream, http, is_primed (self), 0);
  for (guint i = 0; i < self->responses->len; i++)
    mcp_message_stream_append (self->stream, g_ptr_array_index (self->responses, i));
  g_ptr_array_set_size (self->responses, 0);
}

static gboolean
prime_cb (gpointer user_data)
{
  Answer *self = user_data;

  begin_stream (self);
  return G_SOURCE_REMOVE;
}

/* A client that reads does not leave so much waiting. */
static void
close_unread_stream (Answer *self)
{
  McpResumableStreams *streams = get_streams (self);

  g_info ("An MCP client does not read its answer; it is cut off");
  if (streams != NULL)
    {
      self->state = STATE_OVER;
      mcp_resumable_streams_remove (streams, self->stream);
    }
  else
    mcp_message_stream_close (self->stream);
  client_gone (self);
}

/* Returns: %FALSE when more waits to be sent than is kept for a client */
static gboolean
append (Answer *self, GBytes *json)
{
  McpResumableStreams *streams = get_streams (self);

  return streams != NULL ? mcp_resumable_streams_append (streams, self->stream, json)
                         : mcp_message_stream_append (self->stream, json);
}

static gboolean
send_message (Answer *self, GBytes *json)
{
  gboolean is_taken = append (self, json);

  if (!is_taken)
    close_unread_stream (self);
  return is_taken;
}

static void
message_cb (McpRequest *request, GBytes *json, gpointer user_data)
{
  g_autoptr (Answer) self = answer_ref (user_data);

  if (self->state == STATE_WAITING && self->flags & MCP_STREAMABLE_ANSWER_STREAM)
    begin_stream (self);
  if (self->state == STATE_STREAMING)
    send_message (self, json);
}

static void
reply (Answer *self, guint status, GBytes *json)
{
  g_autoptr (McpHttpRequest) http = take_http (self);

  self->state = STATE_OVER;
  if (status == 200)
    add_session_id_header (self, http);
  if (json != NULL)
    mcp_http_reply_json (http, status, json);
  else
    mcp_http_reply_empty (http, status);
}

/* 2025-03-26, basic/transports: the responses to a batch are a batch, too. */
static GBytes *
build_array (GPtrArray *responses)
{
  GString *array = g_string_new ("[");

  for (guint i = 0; i < responses->len; i++)
    {
      gsize length;
      const char *text = g_bytes_get_data (g_ptr_array_index (responses, i), &length);

      if (i > 0)
        g_string_append_c (array, ',');
      g_string_append_len (array, text, (gssize) length);
    }
  g_string_append_c (array, ']');
  return g_string_free_to_bytes (array);
}

/* All requests are done, and nothing came before their responses. */
static void
reply_json (Answer *self, guint status)
{
  if (self->responses->len == 0)
    /* there will be none: MCP, basic/utilities/cancellation */
    reply (self, mcp_session_is_closed (mcp_attachment_get_session (self->attachment)) ? 404 : 202,
           NULL);
  else if (self->flags & MCP_STREAMABLE_ANSWER_BATCH)
    {
      g_autoptr (GBytes) array = build_array (self->responses);

      reply (self, 200, array);
    }
  else
    reply (self, status, g_ptr_array_index (self->responses, 0));
}

/* The responses to a batch may come faster than any client reads: the client learns which of them
 * it does not get. There are no more of these errors than requests in the batch. */
static gboolean
send_too_large (Answer *self, McpRequest *request)
{
  g_autoptr (GBytes) json = mcp_jsonrpc_build_error (
      mcp_request_get_id (request), MCP_JSONRPC_ERROR_INTERNAL,
      "The responses to the batch are too large for one stream", MCP_JSON_SLICE_NONE);

  return mcp_message_stream_append_substitute (self->stream, json);
}

static gboolean
send_response (Answer *self, McpRequest *request, GBytes *json)
{
  mcp_message_stream_mark_last (self->stream);
  if (!(self->flags & MCP_STREAMABLE_ANSWER_BATCH))
    return send_message (self, json);
  if (append (self, json) || send_too_large (self, request))
    return TRUE;
  close_unread_stream (self);
  return FALSE;
}

static void
complete (Answer *self)
{
  McpResumableStreams *streams = get_streams (self);

  if (streams != NULL)
    mcp_resumable_streams_complete (streams, self->stream);
  else
    mcp_message_stream_complete (self->stream);
}

static gboolean
must_stream (Answer *self, GBytes *json)
{
  return !(self->flags & MCP_STREAMABLE_ANSWER_JSON) ||
         (self->flags & MCP_STREAMABLE_ANSWER_BATCH && self->flags & MCP_STREAMABLE_ANSWER_STREAM &&
          self->n_bytes + g_bytes_get_size (json) > STREAM_BYTES);
}

/* The client gets no response of the batch: the batch as a whole has failed. */
static void
reply_too_large (Answer *self)
{
  g_autoptr (GBytes) json = mcp_jsonrpc_build_error (
      MCP_JSON_SLICE_NONE, MCP_JSONRPC_ERROR_INTERNAL,
      "The responses to the batch are too large for one answer", MCP_JSON_SLICE_NONE);

  reply (self, 500, json);
  cancel_requests (self);
}

static void
keep_response (Answer *self, GBytes *json)
{
  g_ptr_array_add (self->responses, g_bytes_ref (json));
  self->n_bytes += g_bytes_get_size (json);
  if (self->flags & MCP_STREAMABLE_ANSWER_BATCH && self->n_bytes > ARRAY_BYTES)
    reply_too_large (self);
}

/* One request is done, with a response or without. */
static void
finish_request (Answer *self, McpRequest *request, GBytes *json)
{
  gboolean is_last = self->requests->len == 1;

  if (self->state == STATE_WAITING && json != NULL && must_stream (self, json))
    begin_stream (self);
  if (self->state == STATE_WAITING && json != NULL)
    keep_response (self, json);
  if (self->state == STATE_WAITING && is_last)
    reply_json (self, mcp_request_get_http_status (request));
  else if (self->state == STATE_STREAMING &&
           (json == NULL || send_response (self, request, json)) && is_last)
    complete (self);
  forget_request (self, request);
}

static void
response_cb (McpRequest *request, GBytes *json, int error_code, gpointer user_data)
{
  g_autoptr (Answer) self = answer_ref (user_data);

  self->is_refused = error_code != 0;
  finish_request (self, request, json);
  /* A client that was refused has no attachment. */
  if (self->flags & MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT && error_code != 0)
    mcp_gateway_detach (self->gateway, self->attachment);
}

static void
cancelled_cb (McpRequest *request, gpointer user_data)
{
  g_autoptr (Answer) self = answer_ref (user_data);

  finish_request (self, request, NULL);
}

static const McpRequestFuncs request_funcs = {
  .message = message_cb,
  .response = response_cb,
  .cancelled = cancelled_cb,
};

static void
start_primer (Answer *self)
{
  if (!is_primed (self) || !(self->flags & MCP_STREAMABLE_ANSWER_STREAM) ||
      self->flags & MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT)
    return;

  self->primer = g_timeout_source_new (PRIME_MS);
  g_source_set_callback (self->primer, prime_cb, answer_ref (self), answer_unref);
  g_source_attach (self->primer, g_main_context_get_thread_default ());
}

/**
 * mcp_streamable_answer_start:
 * @http: a POST to /mcp
 * @attachment: whose requests it carries
 * @requests: (element-type McpRequest): one, or those of a batch, not started
 * @flags: how they may be answered
 *
 * Starts the requests, and answers when there is something to say.
 */
void
mcp_streamable_answer_start (McpHttpRequest *http,
                             McpAttachment *attachment,
                             GPtrArray *requests,
                             McpStreamableAnswerFlags flags)
{
  static const McpRequestStarterFuncs starter_funcs = {
    .must_wait = must_wait,
    .ref = starter_ref,
    .unref = answer_unref,
  };
  g_autoptr (Answer) self = g_rc_box_new0 (Answer);

  self->gateway = g_object_ref (http->context->gateway);
  self->attachment = g_object_ref (attachment);
  self->requests = copy_requests (requests);
  self->starter = mcp_request_starter_new (requests, &starter_funcs, self);
  self->responses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->flags = flags;
  self->http = mcp_http_request_ref (http);

  mcp_http_request_set_gone (http, client_gone_cb, answer_ref (self), answer_unref);
  for (guint i = 0; i < requests->len; i++)
    {
      McpRequest *request = g_ptr_array_index (requests, i);

      mcp_request_set_carrier (request, &request_funcs, answer_ref (self), answer_unref);
      mcp_http_sender_note (http, request);
      mcp_request_set_streamable (request, (flags & MCP_STREAMABLE_ANSWER_STREAM) != 0);
    }
  mcp_request_starter_run (self->starter);
  if (self->state == STATE_WAITING)
    start_primer (self);
}
