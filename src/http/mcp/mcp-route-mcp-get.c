/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GET /mcp and /mcp/{server}: the stream on which a client hears what belongs to no request, and
 * the rest of a stream whose connection broke (MCP 2025-11-25, basic/transports, "Listening for
 * Messages from the Server", "Resumability and Redelivery").
 */
#include "common/mcp-names.h"
#include "http/mcp/mcp-client-routes.h"
#include "http/mcp/mcp-find-attachment.h"
#include "http/mcp/mcp-resumable-streams.h"
#include "http/mcp/mcp-stateless-headers.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-accept.h"

static gboolean
takes_streams (McpHttpRequest *http)
{
  const char *accept = mcp_http_request_get_header (http, "Accept");

  return mcp_http_accept_allows (accept, "text/event-stream");
}

static McpAttachment *
find_attachment (McpHttpRequest *http)
{
  const char *attachment_id = mcp_http_request_get_header (http, MCP_HEADER_SESSION_ID);
  McpAttachment *attachment;
  guint status;

  if (attachment_id == NULL && mcp_stateless_headers_present (http))
    mcp_http_reply_not_allowed (http, "POST",
                                "Clients of 2026-07-28 listen by subscriptions/listen");
  else if (attachment_id == NULL && http->session != NULL)
    mcp_http_reply_not_allowed (http, "POST",
                                "Initialize first: without, there is no stream of its own");
  else if (attachment_id == NULL)
    mcp_http_reply_error (http, 400, MCP_HEADER_SESSION_ID " is missing");
  if (attachment_id == NULL)
    return NULL;

  attachment = mcp_find_attachment_by_id (http, attachment_id, &status);
  if (attachment == NULL && status == 401)
    mcp_http_auth_refuse (http->context->auth, http, "/mcp");
  else if (attachment == NULL)
    mcp_http_reply_error (http, 404, "The MCP session is unknown or has ended");
  return attachment;
}

static guint64
read_last_id (McpHttpRequest *http)
{
  const char *text = mcp_http_request_get_header (http, "Last-Event-ID");
  guint64 id;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, &id, NULL) ? id : 0;
}

/**
 * mcp_route_mcp_get:
 * @http: GET /mcp or /mcp/{server}
 *
 * Opens the client's own stream, or goes on with one that broke.
 */
void
mcp_route_mcp_get (McpHttpRequest *http)
{
  McpAttachment *attachment;
  McpMessageStream *stream;
  guint64 after;

  if (!mcp_find_attachment_check_path (http) || !mcp_find_attachment_check_named_session (http))
    return;
  if (!takes_streams (http))
    {
      mcp_http_reply_error (http, 406, "Accept must allow text/event-stream");
      return;
    }
  attachment = find_attachment (http);
  if (attachment == NULL)
    return;

  after = read_last_id (http);
  stream = mcp_resumable_streams_open (mcp_resumable_streams_get (attachment), &after);
  mcp_message_stream_carry (
      stream, http, mcp_attachment_get_revision (attachment) >= MCP_REVISION_2025_11_25, after);
}
