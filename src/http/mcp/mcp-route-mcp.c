/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * /mcp: MCP's Streamable HTTP transport. Here a message finds the attachment it
 * belongs to; the gateway does the rest.
 */
#include "common/mcp-names.h"
#include "gateway/client/mcp-attachment.h"
#include "http/mcp/mcp-find-attachment.h"
#include "http/mcp/mcp-header-params.h"
#include "http/mcp/mcp-mcp-routes.h"
#include "http/mcp/mcp-resumable-streams.h"
#include "http/mcp/mcp-stateless-check.h"
#include "http/mcp/mcp-streamable-answer.h"
#include "http/request/mcp-http-body.h"
#include "http/request/mcp-http-reply.h"
#include "protocol/mcp-jsonrpc-batch.h"

#include <string.h>

/* A POST on its way to its attachment. */
typedef struct
{
  McpHttpRequest *http;       /* (unowned) */
  McpJsonrpcMessage *message; /* (owned) (nullable) */
  McpJsonSlice id;            /* as errors say it; may be none */
} Post;

static void
reply_rpc_error (Post *post, guint status, int code, const char *message, McpJsonSlice data)
{
  g_autoptr (GBytes) body = NULL;

  if (post->id.data == NULL && mcp_stateless_check_has_header (post->http))
    body = mcp_jsonrpc_build_anonymous_error (code, message);
  else
    body = mcp_jsonrpc_build_error (post->id, code, message, data);
  mcp_http_reply_json (post->http->msg, status, body);
}

static void
reply_invalid (Post *post, guint status, const char *message)
{
  reply_rpc_error (post, status, MCP_JSONRPC_ERROR_INVALID_REQUEST, message, MCP_JSON_SLICE_NONE);
}

static gboolean
matches_media (const char *range, const char *type, const char *group)
{
  gsize length = strcspn (range, "; \t");

  return (length == 3 && strncmp (range, "*/*", 3) == 0) ||
         (length == strlen (type) && g_ascii_strncasecmp (range, type, length) == 0) ||
         (length == strlen (group) && g_ascii_strncasecmp (range, group, length) == 0);
}

/* RFC 9110 section 12.5.1; clients should list both, and many list none. */
static McpStreamableAnswerFlags
read_accept (McpHttpRequest *http)
{
  const char *accept = mcp_find_attachment_get_header (http, "Accept");
  McpStreamableAnswerFlags flags = 0;
  GSList *ranges;

  if (accept == NULL)
    return MCP_STREAMABLE_ANSWER_JSON | MCP_STREAMABLE_ANSWER_STREAM;

  ranges = soup_header_parse_quality_list (accept, NULL);
  for (GSList *l = ranges; l != NULL; l = l->next)
    {
      if (matches_media (l->data, "application/json", "application/*"))
        flags |= MCP_STREAMABLE_ANSWER_JSON;
      if (matches_media (l->data, "text/event-stream", "text/*"))
        flags |= MCP_STREAMABLE_ANSWER_STREAM;
    }
  soup_header_free_list (ranges);

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

static void
reply_refusal (Post *post, const McpStatelessRefusal *refusal)
{
  McpJsonSlice data = MCP_JSON_SLICE_NONE;

  if (refusal->data != NULL)
    data = (McpJsonSlice){ refusal->data, strlen (refusal->data) };
  reply_rpc_error (post, refusal->status, refusal->code, refusal->text, data);
}

/*
 * MCP, basic/transports, "Protocol Version Header". One that is supported but
 * was not negotiated is let pass: released clients send it.
 */
static gboolean
has_unknown_version (McpHttpRequest *http)
{
  const char *version = mcp_find_attachment_get_header (http, MCP_HEADER_PROTOCOL);

  return version != NULL && mcp_revision_from_string (version) == MCP_REVISION_UNKNOWN;
}

static gboolean
check_version (Post *post)
{
  g_autofree char *printable = NULL;
  g_auto (McpStatelessRefusal) refusal = { 0 };

  if (!has_unknown_version (post->http) || (post->message != NULL && is_initialize (post)))
    return TRUE;

  printable =
      g_utf8_make_valid (mcp_find_attachment_get_header (post->http, MCP_HEADER_PROTOCOL), -1);
  mcp_stateless_check_refuse_version (&refusal, printable);
  reply_refusal (post, &refusal);
  return FALSE;
}

static gboolean
check_cwd_header (Post *post)
{
  if (mcp_find_attachment_has_valid_cwd (post->http))
    return TRUE;

  reply_invalid (post, 400, MCP_HEADER_CWD " must be an absolute path");
  return FALSE;
}

static McpAttachment *
attach (Post *post)
{
  McpAttachment *attachment =
      check_cwd_header (post) ? mcp_find_attachment_create (post->http) : NULL;

  if (attachment != NULL)
    mcp_resumable_streams_get (attachment); /* hears from now on what its client will ask for */
  return attachment;
}

static McpAttachment *
use_attachment (Post *post)
{
  McpHttpRequest *http = post->http;
  const char *attachment_id = mcp_find_attachment_get_header (http, MCP_HEADER_SESSION_ID);
  McpAttachment *attachment;
  guint status;

  if (attachment_id == NULL)
    {
      if (http->session != NULL)
        return mcp_gateway_get_default_attachment (http->context->gateway, http->session);

      reply_invalid (post, 400,
                     "Send a session's token, or " MCP_HEADER_SESSION_ID
                     " after an initialize request");
      return NULL;
    }

  attachment = mcp_find_attachment_by_id (http, attachment_id, &status);
  if (attachment == NULL && status == 401)
    mcp_find_attachment_refuse (http);
  else if (attachment == NULL)
    reply_invalid (post, 404, "The MCP session is unknown or has ended: initialize again");

  return attachment;
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

  g_object_ref (attachment);
  request = mcp_attachment_receive (attachment, post->message);
  if (request == NULL)
    mcp_http_reply_empty (post->http->msg, 202);
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
  if (!check_cwd_header (post))
    return FALSE;

  name = mcp_stateless_check_dup_client (post->message);
  session = mcp_find_attachment_get_ambient_session (http, name, &error);
  if (session == NULL)
    mcp_http_reply_no_session (http->msg, http->context->store, error);
  g_set_object (&http->session, session);
  return session != NULL;
}

/* 2026-07-28: a request stands for itself. */
static void
dispatch_stateless (Post *post, McpStreamableAnswerFlags flags)
{
  McpHttpRequest *http = post->http;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (http->msg);
  g_autoptr (GHashTable) params = NULL;
  g_autoptr (McpAttachment) attachment = NULL;
  g_autoptr (McpRequest) request = NULL;
  g_auto (McpStatelessRefusal) refusal = { 0 };

  switch (mcp_jsonrpc_message_get_kind (post->message))
    {
    case MCP_JSONRPC_REQUEST:
      break;
    case MCP_JSONRPC_NOTIFICATION:
      /* what it could be about is another exchange's */
      mcp_http_reply_empty (http->msg, 202);
      return;
    case MCP_JSONRPC_RESULT:
    case MCP_JSONRPC_FAILURE:
      reply_invalid (post, 400, "There is no request that a response could belong to");
      return;
    }

  if (!mcp_stateless_check_request (http, post->message, &refusal))
    {
      reply_refusal (post, &refusal);
      return;
    }
  params = mcp_header_params_collect_params (headers);
  if (params == NULL)
    {
      reply_rpc_error (post, 400, MCP_ERROR_CODE_HEADER_MISMATCH,
                       "An Mcp-Param header is malformed", MCP_JSON_SLICE_NONE);
      return;
    }
  if (!find_stateless_session (post))
    return;

  attachment =
      mcp_gateway_attach_exchange (http->context->gateway, http->session, post->message, params);
  request = mcp_attachment_receive (attachment, post->message);
  answer_one (post, attachment, request, flags);
}

static gboolean
parse (Post *post, char **id)
{
  const McpLimits *limits = &post->http->context->limits;
  McpJsonrpcLimits json_limits = {
    .max_depth = limits->json_depth,
    .max_values = limits->json_values,
  };
  g_autoptr (GBytes) body = mcp_http_body_get (post->http);
  g_autoptr (GError) error = NULL;

  post->message = mcp_jsonrpc_message_parse (body, &json_limits, id, &error);
  if (post->message != NULL)
    {
      post->id = mcp_jsonrpc_message_get_id (post->message);
      return TRUE;
    }

  if (*id != NULL)
    post->id = (McpJsonSlice){ *id, strlen (*id) };
  reply_rpc_error (post, 400,
                   error->domain == MCP_JSONRPC_ERROR ? error->code : MCP_JSONRPC_ERROR_PARSE,
                   error->message, MCP_JSON_SLICE_NONE);
  return FALSE;
}

/* JSON-RPC batches (2025-03-26, basic/index, "Batching"), which later revisions dropped. */

static gboolean
is_batch (McpHttpRequest *http)
{
  g_autoptr (GBytes) body = mcp_http_body_get (http);

  return mcp_jsonrpc_batch_is_batch (body);
}

static GPtrArray *
parse_batch (McpHttpRequest *http, GError **error)
{
  const McpLimits *limits = &http->context->limits;
  const McpJsonrpcLimits json_limits = {
    .max_depth = limits->json_depth,
    .max_values = limits->json_values,
  };
  g_autoptr (GBytes) body = mcp_http_body_get (http);

  return mcp_jsonrpc_batch_parse (body, &json_limits, error);
}

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
take_batch (Post *post, McpStreamableAnswerFlags flags)
{
  McpHttpRequest *http = post->http;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GPtrArray) requests = NULL;
  g_autoptr (McpAttachment) attachment = NULL;
  g_autoptr (GError) error = NULL;

  messages = parse_batch (http, &error);
  if (messages == NULL)
    {
      reply_rpc_error (post, 400, error->code, error->message, MCP_JSON_SLICE_NONE);
      return;
    }
  if (!check_accept (post, flags) || !check_version (post) ||
      !mcp_find_attachment_check_named_session (http))
    return;
  attachment = use_attachment (post);
  if (attachment == NULL)
    return;

  g_object_ref (attachment);
  if (mcp_attachment_get_revision (attachment) > MCP_REVISION_2025_03_26)
    {
      reply_invalid (post, 400, "Batches are of revisions up to 2025-03-26 only");
      return;
    }
  requests = receive_batch (attachment, messages);
  if (requests->len == 0)
    mcp_http_reply_empty (http->msg, 202);
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

/**
 * mcp_route_mcp_post:
 * @http: POST /mcp
 *
 * Takes one JSON-RPC message, or a batch of them.
 */
void
mcp_route_mcp_post (McpHttpRequest *http)
{
  Post post = { .http = http, .id = MCP_JSON_SLICE_NONE };
  McpStreamableAnswerFlags flags = read_accept (http);
  g_autofree char *id = NULL;

  if (!mcp_http_body_is_json (http))
    return;

  if (is_batch (http))
    {
      take_batch (&post, flags);
      return;
    }
  /* Before anything that a header can be wrong about: errors echo the request's id. */
  if (!parse (&post, &id))
    return;

  if (check_accept (&post, flags))
    dispatch_by_lifecycle (&post, flags);

  mcp_jsonrpc_message_unref (post.message);
}

/**
 * mcp_route_mcp_delete:
 * @http: DELETE /mcp
 *
 * Ends an attachment.
 */
void
mcp_route_mcp_delete (McpHttpRequest *http)
{
  const char *attachment_id = mcp_find_attachment_get_header (http, MCP_HEADER_SESSION_ID);
  McpAttachment *attachment;
  guint status;

  if (!mcp_find_attachment_check_named_session (http))
    return;

  if (attachment_id == NULL && mcp_stateless_check_has_header (http))
    {
      mcp_http_reply_not_allowed (http->msg, "POST",
                                  "Clients of 2026-07-28 have no session to end");
      return;
    }
  if (attachment_id == NULL || has_unknown_version (http))
    {
      mcp_http_reply_error (http->msg, 400,
                            attachment_id == NULL ? MCP_HEADER_SESSION_ID " is missing"
                                                  : "Unsupported protocol version");
      return;
    }

  attachment = mcp_find_attachment_by_id (http, attachment_id, &status);
  if (attachment != NULL)
    {
      mcp_gateway_detach (http->context->gateway, attachment);
      mcp_http_reply_empty (http->msg, 204);
    }
  else if (status == 401)
    {
      mcp_find_attachment_refuse (http);
    }
  else
    {
      mcp_http_reply_error (http->msg, 404, "The MCP session is unknown or has ended");
    }
}
