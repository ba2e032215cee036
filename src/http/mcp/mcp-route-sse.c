/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GET /sse and POST /messages: the transport of MCP 2024-11-05 (basic/transports,
 * "HTTP with SSE"). All messages to the client come on the one stream, and when
 * that ends the client has gone.
 */
#include "common/mcp-names.h"
#include "http/mcp/mcp-client-routes.h"
#include "http/mcp/mcp-find-attachment.h"
#include "http/mcp/mcp-http-sender.h"
#include "http/mcp/mcp-message-stream.h"
#include "http/mcp/mcp-parsed-body.h"
#include "http/mcp/mcp-unasked-session.h"
#include "http/request/mcp-body-reader.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

#include <string.h>

#define DATA_KEY  "mcp-sse-client"
#define PARAMETER "sessionId"

/* One client; its attachment's data. */
typedef struct
{
  McpGateway *gateway;       /* (owned) */
  McpSession *session;       /* (owned): in use as long as the stream is open */
  McpAttachment *attachment; /* (unowned) */
  McpMessageStream *stream;  /* (owned) */
} SseClient;

static void
sse_client_free (SseClient *self)
{
  mcp_message_stream_set_gone (self->stream, NULL, NULL, NULL);
  mcp_message_stream_unref (self->stream);
  mcp_session_release (self->session);
  g_object_unref (self->session);
  g_object_unref (self->gateway);
  g_free (self);
}

static void
send_message (SseClient *self, GBytes *json)
{
  if (mcp_message_stream_append_event (self->stream, "message", json))
    return;

  g_info ("An MCP client does not read its stream; it is cut off");
  mcp_message_stream_close (self->stream);
  mcp_gateway_detach (self->gateway, self->attachment);
}

static void
message_cb (McpAttachment *attachment, GBytes *json, SseClient *self)
{
  send_message (self, json);
}

static void
detached_cb (McpAttachment *attachment, SseClient *self)
{
  mcp_message_stream_complete (self->stream);
  g_signal_handlers_disconnect_by_data (attachment, self);
  g_object_set_data (G_OBJECT (attachment), DATA_KEY, NULL);
}

static void
gone_cb (McpMessageStream *stream, gpointer user_data)
{
  SseClient *self = user_data;

  mcp_gateway_detach (self->gateway, self->attachment);
}

static void
send_endpoint (SseClient *self)
{
  g_autofree char *endpoint =
      g_strdup_printf ("/messages?" PARAMETER "=%s", mcp_attachment_get_id (self->attachment));
  g_autoptr (GBytes) data = g_bytes_new (endpoint, strlen (endpoint));

  mcp_message_stream_append_event (self->stream, "endpoint", data);
}

/**
 * mcp_route_sse_get:
 * @http: GET /sse
 *
 * Attaches a client, and says where it is to send its messages.
 */
void
mcp_route_sse_get (McpHttpRequest *http)
{
  McpAttachment *attachment;
  SseClient *self;

  if (!mcp_find_attachment_check_named_session (http))
    return;
  if (!mcp_unasked_session_has_valid_cwd (http))
    {
      mcp_http_reply_error (http, 400, MCP_HEADER_CWD " must be an absolute path");
      return;
    }
  if (!mcp_unasked_session_may_begin (http, mcp_route_sse_get))
    return;
  attachment = mcp_find_attachment_create (http);
  if (attachment == NULL)
    return;

  self = g_new0 (SseClient, 1);
  self->gateway = g_object_ref (http->context->gateway);
  self->session = g_object_ref (mcp_attachment_get_session (attachment));
  self->attachment = attachment;
  self->stream = mcp_message_stream_new (NULL);
  mcp_session_hold (self->session);
  g_object_set_data_full (G_OBJECT (attachment), DATA_KEY, self, (GDestroyNotify) sse_client_free);
  g_signal_connect (attachment, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (attachment, "detached", G_CALLBACK (detached_cb), self);
  send_endpoint (self);
  mcp_message_stream_set_gone (self->stream, gone_cb, self, NULL);
  mcp_message_stream_carry (self->stream, http, FALSE, 0);
}

/* Requests keep themselves alive while they run; the client may go earlier. */

static void
request_message_cb (McpRequest *request, GBytes *json, gpointer attachment)
{
  SseClient *self = g_object_get_data (attachment, DATA_KEY);

  if (self != NULL)
    send_message (self, json);
}

static void
request_response_cb (McpRequest *request, GBytes *json, int error_code, gpointer attachment)
{
  SseClient *self = g_object_get_data (attachment, DATA_KEY);

  if (self == NULL)
    return;
  mcp_message_stream_mark_last (self->stream);
  send_message (self, json);
}

static const McpRequestFuncs request_funcs = {
  .message = request_message_cb,
  .response = request_response_cb,
};

static char *
dup_parameter (McpHttpRequest *http)
{
  const char *query = http->query;

  if (query == NULL || !g_str_has_prefix (query, PARAMETER "="))
    return NULL;
  return g_strdup (query + strlen (PARAMETER "="));
}

static McpAttachment *
find_attachment (McpHttpRequest *http)
{
  g_autofree char *id = dup_parameter (http);
  McpAttachment *attachment = NULL;
  guint status = 404;

  if (id == NULL)
    {
      mcp_http_reply_error (http, 400, "The parameter " PARAMETER " is missing");
      return NULL;
    }
  attachment = mcp_find_attachment_by_id (http, id, &status);
  if (attachment != NULL && g_object_get_data (G_OBJECT (attachment), DATA_KEY) != NULL)
    return attachment;

  if (status == 401)
    mcp_http_auth_refuse (http->context->auth, http, "/mcp");
  else
    mcp_http_reply_error (http, 404, "The MCP session is unknown or has ended");
  return NULL;
}

static void
take_message (McpHttpRequest *http, McpJsonrpcMessage *message)
{
  McpAttachment *attachment = find_attachment (http);
  g_autoptr (McpRequest) request = NULL;

  if (attachment == NULL)
    return;

  mcp_http_reply_empty (http, 202);
  request = mcp_attachment_receive (attachment, message);
  if (request == NULL)
    return;

  mcp_http_sender_note (http, request);
  mcp_request_set_carrier (request, &request_funcs, g_object_ref (attachment), g_object_unref);
  mcp_request_start (request);
}

/* The client may have left while another thread read the body. */
static void
take_body (McpHttpRequest *http, gpointer content)
{
  const McpParsedBody *body = content;

  if (!mcp_find_attachment_check_named_session (http))
    return;
  if (body->error == NULL)
    take_message (http, body->message);
  else if (find_attachment (http) != NULL)
    mcp_http_reply_error (http, 400, body->error->message);
}

/**
 * mcp_route_sse_post:
 * @http: POST /messages
 *
 * Takes one JSON-RPC message; what is to be answered is answered on the stream.
 */
void
mcp_route_sse_post (McpHttpRequest *http)
{
  static const McpBodyFuncs body_funcs = {
    .read = mcp_parsed_body_new_message,
    .take = take_body,
    .free = mcp_parsed_body_free,
  };

  if (mcp_http_body_is_json (http))
    mcp_body_reader_read (http->context->bodies, http, &body_funcs);
}
