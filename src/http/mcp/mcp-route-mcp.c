/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /mcp, and /mcp/{server} for one server alone: MCP's Streamable HTTP transport. This file finds
 * the attachment that a message belongs to; the gateway does the rest.
 */
#include "common/mcp-names.h"
#include "gateway/client/mcp-attachment.h"
#include "http/mcp/mcp-client-routes.h"
#include "http/mcp/mcp-find-attachment.h"
#include "http/mcp/mcp-header-params.h"
#include "http/mcp/mcp-parsed-body.h"
#include "http/mcp/mcp-resumable-streams.h"
#include "http/mcp/mcp-stateless-check.h"
#include "http/mcp/mcp-stateless-headers.h"
#include "http/mcp/mcp-streamable-answer.h"
#include "http/mcp/mcp-unasked-session.h"
#include "http/request/mcp-body-reader.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-accept.h"

#include <string.h>

/* A POST on its way to its attachment. */
typedef struct
{
  McpHttpRequest *http;       /* (unowned) */
  McpJsonrpcMessage *message; /* (unowned) (nullable) */
  McpJsonSlice id;            /* the id that errors are answered with; may be none */
} Post;

static void
reply_invalid (Post *post, guint status, const char *message)
{
  mcp_rpc_refusal_reply_text (post->http, post->id, status, MCP_JSONRPC_ERROR_INVALID_REQUEST,
                              message);
}

/* Clients should accept both types, and many have no Accept at all. */
static McpStreamableAnswerFlags
read_accept (McpHttpRequest *http)
{
  const char *accept = mcp_http_request_get_header (http, "Accept");
  McpStreamableAnswerFlags flags = 0;

  if (mcp_http_accept_allows (accept, "application/json"))
    flags |= MCP_STREAMABLE_ANSWER_JSON;
  if (mcp_http_accept_allows (accept, "text/event-stream"))
    flags |= MCP_STREAMABLE_ANSWER_STREAM;
  return flags;
}

static gboolean
is_initialize (Post *post)
{
  return mcp_jsonrpc_message_get_kind (post->message) == MCP_JSONRPC_REQUEST &&
         strcmp (mcp_jsonrpc_message_get_method (post->message), "initialize") == 0;
}

static gboolean
check_accept (Post *post, McpStreamableAnswerFlags flags)
{
  if (flags != 0)
    return TRUE;

  reply_invalid (post, 406, "Accept must allow application/json or text/event-stream");
  return FALSE;
}

/*
 * MCP, basic/transports, "Protocol Version Header". One that is supported but
 * was not negotiated is let pass: released clients send it.
 */
static gboolean
has_unknown_version (McpHttpRequest *http)
{
  const char *version = mcp_http_request_get_header (http, MCP_HEADER_PROTOCOL);

  return version != NULL && mcp_revision_from_string (version) == MCP_REVISION_UNKNOWN;
}

static gboolean
check_version (Post *post)
{
  g_autofree char *printable = NULL;
  g_auto (McpRpcRefusal) refusal = { 0 };

  if (!has_unknown_version (post->http) || (post->message != NULL && is_initialize (post)))
    return TRUE;

  printable = g_utf8_make_valid (mcp_http_request_get_header (post->http, MCP_HEADER_PROTOCOL), -1);
  mcp_rpc_refusal_set_version (&refusal, printable);
  mcp_rpc_refusal_reply (&refusal, post->http, post->id);
  return FALSE;
}

static gboolean
check_cwd_header (Post *post)
{
  if (mcp_unasked_session_has_valid_cwd (post->http))
    return TRUE;

  reply_invalid (post, 400, MCP_HEADER_CWD " must be an absolute path");
  return FALSE;
}

/* The directory of a new session may have to be found: the message is read again then. */
static gboolean
may_begin_session (Post *post)
{
  return check_cwd_header (post) && mcp_unasked_session_may_begin (post->http, mcp_route_mcp_post);
}

static McpAttachment *
attach (Post *post)
{
  McpAttachment *attachment =
      may_begin_session (post) ? mcp_find_attachment_create (post->http) : NULL;

  if (attachment == NULL)
    return NULL;

  /* The streams keep, from now on, what the client will ask for. */
  mcp_resumable_streams_get (attachment);
  return g_object_ref (attachment);
}

static McpAttachment *
find_attachment (Post *post)
{
  McpHttpRequest *http = post->http;
  const char *attachment_id = mcp_http_request_get_header (http, MCP_HEADER_SESSION_ID);
  McpAttachment *attachment;
  guint status;

  if (attachment_id == NULL)
    {
      if (http->session != NULL)
        return mcp_gateway_get_default_attachment (http->context->gateway, http->session,
                                                   http->parameter);

      reply_invalid (post, 400,
                     "Send a session's token, or " MCP_HEADER_SESSION_ID
                     " after an initialize request");
      return NULL;
    }

  attachment = mcp_find_attachment_by_id (http, attachment_id, &status);
  if (attachment == NULL && status == 401)
    mcp_http_auth_refuse (http->context->auth, http, "/mcp");
  else if (attachment == NULL)
    reply_invalid (post, 404, "The MCP session is unknown or has ended: initialize again");

  return attachment;
}

/* Returns: (transfer full) (nullable): %NULL: the request was answered */
static McpAttachment *
use_attachment (Post *post)
{
  McpAttachment *attachment = find_attachment (post);

  return attachment != NULL ? g_object_ref (attachment) : NULL;
}

static void
answer_one (Post *post,
            McpAttachment *attachment,
            McpRequest *request,
            McpStreamableAnswerFlags flags)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new ();

  g_ptr_array_add (requests, request);
  mcp_streamable_answer_start (post->http, attachment, requests, flags);
}

static void
dispatch (Post *post, McpStreamableAnswerFlags flags)
{
  g_autoptr (McpRequest) request = NULL;
  g_autoptr (McpAttachment) attachment = NULL;

  if (is_initialize (post))
    {
      flags |= MCP_STREAMABLE_ANSWER_NEW_ATTACHMENT;
      attachment = attach (post);
    }
  else
    {
      attachment = use_attachment (post);
    }
  if (attachment == NULL)
    return;

  request = mcp_attachment_receive (attachment, post->message);
  if (request == NULL)
    mcp_http_reply_empty (post->http, 202);
  else
    answer_one (post, attachment, request, flags);
}

static gboolean
find_stateless_session (Post *post)
{
  McpHttpRequest *http = post->http;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  McpSession *session;

  if (http->session != NULL)
    return TRUE;
  if (!may_begin_session (post))
    return FALSE;

  name = mcp_stateless_check_dup_client (post->message);
  session = mcp_unasked_session_get_ambient (http, name, &error);
  if (session == NULL)
    mcp_http_reply_no_session (http, error);
  g_set_object (&http->session, session);
  return session != NULL;
}

/* A request of 2026-07-28 needs no attachment that was there before. */
static void
dispatch_stateless (Post *post, McpStreamableAnswerFlags flags)
{
  McpHttpRequest *http = post->http;
  g_autoptr (GHashTable) params = NULL;
  g_autoptr (McpAttachment) attachment = NULL;
  g_autoptr (McpRequest) request = NULL;
  g_auto (McpRpcRefusal) refusal = { 0 };

  switch (mcp_jsonrpc_message_get_kind (post->message))
    {
    case MCP_JSONRPC_REQUEST:
      break;
    case MCP_JSONRPC_NOTIFICATION:
      /* A notification could only be about another request, and cannot name it. */
      mcp_http_reply_empty (http, 202);
      return;
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      reply_invalid (post, 400, "There is no request that a response could belong to");
      return;
    }

  if (!mcp_stateless_check_request (http, post->message, &refusal))
    {
      mcp_rpc_refusal_reply (&refusal, http, post->id);
      return;
    }
  params = mcp_header_params_collect (http);
  if (params == NULL)
    {
      mcp_rpc_refusal_reply_text (http, post->id, 400, MCP_ERROR_CODE_HEADER_MISMATCH,
                                  "An Mcp-Param header is malformed");
      return;
    }
  if (!find_stateless_session (post))
    return;

  attachment = mcp_gateway_attach_exchange (http->context->gateway, http->session, http->parameter,
                                            post->message, params);
  request = mcp_attachment_receive (attachment, post->message);
  answer_one (post, attachment, request, flags);
}

static void
reply_parse_error (Post *post, const GError *error)
{
  int code = error->domain == MCP_JSONRPC_ERROR ? error->code : MCP_JSONRPC_ERROR_PARSE;

  mcp_rpc_refusal_reply_text (post->http, post->id, 400, code, error->message);
}

/* JSON-RPC batches (2025-03-26, basic/index, "Batching"), which later revisions dropped. */

/* Returns: (transfer full): the requests among @messages, which are answered but not started */
static GPtrArray *
receive_batch (McpAttachment *attachment, GPtrArray *messages)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < messages->len; i++)
    {
      McpRequest *request = mcp_attachment_receive (attachment, messages->pdata[i]);

      if (request != NULL)
        g_ptr_array_add (requests, request);
    }
  return requests;
}

static void
take_batch (Post *post, GPtrArray *messages, McpStreamableAnswerFlags flags)
{
  McpHttpRequest *http = post->http;
  g_autoptr (GPtrArray) requests = NULL;
  g_autoptr (McpAttachment) attachment = NULL;

  if (!check_version (post) || !mcp_find_attachment_check_named_session (http))
    return;
  attachment = use_attachment (post);
  if (attachment == NULL)
    return;

  if (mcp_attachment_get_revision (attachment) > MCP_REVISION_2025_03_26)
    {
      reply_invalid (post, 400, "Batches are of revisions up to 2025-03-26 only");
      return;
    }
  requests = receive_batch (attachment, messages);
  if (requests->len == 0)
    mcp_http_reply_empty (http, 202);
  else
    mcp_streamable_answer_start (http, attachment, requests, flags | MCP_STREAMABLE_ANSWER_BATCH);
}

static void
dispatch_by_lifecycle (Post *post, McpStreamableAnswerFlags flags)
{
  gboolean is_stateless = mcp_stateless_check_is_stateless (post->http, post->message);

  if ((!is_stateless && !check_version (post)) ||
      !mcp_find_attachment_check_named_session (post->http))
    return;

  if (is_stateless)
    dispatch_stateless (post, flags);
  else
    dispatch (post, flags);
}

static void
take_body (McpHttpRequest *http, gpointer content)
{
  const McpParsedBody *body = content;
  Post post = { .http = http, .message = body->message, .id = MCP_JSON_SLICE_NONE };
  McpStreamableAnswerFlags flags = read_accept (http);

  if (body->message != NULL)
    post.id = mcp_jsonrpc_message_get_id (body->message);
  else if (body->id != NULL)
    post.id = (McpJsonSlice){ body->id, strlen (body->id) };

  /* Errors in the headers are answered under the id of the request, so the body comes first. */
  if (body->error != NULL)
    reply_parse_error (&post, body->error);
  else if (!mcp_find_attachment_has_path (http))
    reply_invalid (&post, 404, "There is no server of this name that is enabled");
  else if (!check_accept (&post, flags))
    return;
  else if (body->batch != NULL)
    take_batch (&post, body->batch, flags);
  else
    dispatch_by_lifecycle (&post, flags);
}

/**
 * mcp_route_mcp_post:
 * @http: POST /mcp or /mcp/{server}
 *
 * Takes one JSON-RPC message, or a batch of them.
 */
void
mcp_route_mcp_post (McpHttpRequest *http)
{
  static const McpBodyFuncs body_funcs = {
    .read = mcp_parsed_body_new,
    .take = take_body,
    .free = mcp_parsed_body_free,
  };

  if (mcp_http_body_is_json (http))
    mcp_body_reader_read (http->context->bodies, http, &body_funcs);
}

/**
 * mcp_route_mcp_delete:
 * @http: DELETE /mcp or /mcp/{server}
 *
 * Ends an attachment.
 */
void
mcp_route_mcp_delete (McpHttpRequest *http)
{
  const char *attachment_id = mcp_http_request_get_header (http, MCP_HEADER_SESSION_ID);
  McpAttachment *attachment;
  guint status;

  if (!mcp_find_attachment_check_path (http) || !mcp_find_attachment_check_named_session (http))
    return;

  if (attachment_id == NULL && mcp_stateless_headers_present (http))
    {
      mcp_http_reply_not_allowed (http, "POST", "Clients of 2026-07-28 have no session to end");
      return;
    }
  if (attachment_id == NULL || has_unknown_version (http))
    {
      mcp_http_reply_error (http, 400,
                            attachment_id == NULL ? MCP_HEADER_SESSION_ID " is missing"
                                                  : "Unsupported protocol version");
      return;
    }

  attachment = mcp_find_attachment_by_id (http, attachment_id, &status);
  if (attachment != NULL)
    {
      mcp_gateway_detach (http->context->gateway, attachment);
      mcp_http_reply_empty (http, 204);
    }
  else if (status == 401)
    {
      mcp_http_auth_refuse (http->context->auth, http, "/mcp");
    }
  else
    {
      mcp_http_reply_error (http, 404, "The MCP session is unknown or has ended");
    }
}
