/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-find-attachment.h"

#include "common/mcp-names.h"
#include "http/mcp/mcp-unasked-session.h"
#include "http/request/mcp-http-auth.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-reply.h"
#include "http/request/mcp-http-request.h"

#include <string.h>

/**
 * mcp_find_attachment_check_named_session:
 * @http: a request on /mcp or /mcp/{server}
 *
 * The header X-Mcp-Session must name the session of the token; with the owner key, the header
 * chooses the session.
 *
 * Returns: %FALSE when the request was answered
 */
gboolean
mcp_find_attachment_check_named_session (McpHttpRequest *http)
{
  const char *named = mcp_http_request_get_header (http, MCP_HEADER_DAEMON_SESSION);

  if (named == NULL)
    return TRUE;

  if (http->credential == MCP_HTTP_CREDENTIAL_OWNER)
    {
      g_set_object (&http->session, mcp_session_store_lookup (http->context->store, named));
      if (http->session != NULL)
        return TRUE;
      mcp_http_reply_error (http, 404, "There is no such session");
      return FALSE;
    }

  if (http->session != NULL && strcmp (mcp_session_get_id (http->session), named) == 0)
    return TRUE;

  mcp_http_auth_refuse (http->context->auth, http, "/mcp");
  return FALSE;
}

/**
 * mcp_find_attachment_has_path:
 * @http: a request on /mcp, or on the path of one server
 *
 * Returns: whether the path leads anywhere: to all servers, or to one that is enabled
 */
gboolean
mcp_find_attachment_has_path (McpHttpRequest *http)
{
  return http->parameter == NULL ||
         mcp_gateway_has_server (http->context->gateway, http->parameter);
}

/**
 * mcp_find_attachment_check_path:
 * @http: a request on /mcp, or on the path of one server
 *
 * Returns: %FALSE when the request was answered: the path leads nowhere
 */
gboolean
mcp_find_attachment_check_path (McpHttpRequest *http)
{
  if (mcp_find_attachment_has_path (http))
    return TRUE;

  mcp_http_reply_error (http, 404, "There is no server of this name that is enabled");
  return FALSE;
}

/**
 * mcp_find_attachment_by_id:
 * @http: a request on /mcp
 * @attachment_id: an Mcp-Session-Id, any text
 * @status: (out): of HTTP, where there is none
 *
 * The id of an attachment is no credential: the session of the attachment decides what is needed.
 *
 * Returns: (transfer none) (nullable): the attachment
 */
McpAttachment *
mcp_find_attachment_by_id (McpHttpRequest *http, const char *attachment_id, guint *status)
{
  McpAttachment *attachment = mcp_gateway_lookup_attachment (http->context->gateway, attachment_id);
  McpSession *session;

  *status = 404;
  if (attachment == NULL)
    return NULL;

  session = mcp_attachment_get_session (attachment);
  if (http->session != NULL && http->session != session)
    return NULL;
  /* an attachment belongs to its path */
  if (g_strcmp0 (mcp_attachment_get_server (attachment), http->parameter) != 0)
    return NULL;
  if (http->session == NULL && http->credential != MCP_HTTP_CREDENTIAL_OWNER &&
      mcp_session_has_token (session))
    {
      *status = 401;
      return NULL;
    }

  /* one that came with a token was noted already */
  if (http->credential != MCP_HTTP_CREDENTIAL_SESSION && mcp_session_ends_with_processes (session))
    mcp_session_note_process (session, mcp_http_process_get_pid (http),
                              strcmp (http->method, "GET") == 0);
  /* Answers are charged to the session, also where the request shows no token. */
  g_set_object (&http->session, session);
  return attachment;
}

/**
 * mcp_find_attachment_create:
 * @http: a request that begins a client's stay
 *
 * Attaches the client to the session that its credential names, to one that another client of its
 * process has, or to one made for it.
 *
 * Returns: (transfer none) (nullable): the attachment; %NULL: the request was answered by an error
 */
McpAttachment *
mcp_find_attachment_create (McpHttpRequest *http)
{
  gboolean owns_session = http->session == NULL;
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment;
  gboolean is_shared;

  if (owns_session)
    g_set_object (&http->session, mcp_unasked_session_find (http));
  is_shared = owns_session && http->session != NULL;
  if (is_shared)
    mcp_session_note_process (http->session, mcp_http_process_get_pid (http), FALSE);
  if (http->session == NULL)
    g_set_object (&http->session, mcp_unasked_session_create (http, &error));
  if (http->session == NULL)
    {
      mcp_http_reply_no_session (http, error);
      return NULL;
    }

  attachment = mcp_gateway_attach (http->context->gateway, http->session, http->parameter,
                                   owns_session, &error);
  if (attachment != NULL)
    return attachment;

  mcp_http_reply_gerror (http, error);
  if (owns_session && !is_shared)
    mcp_session_store_close (http->context->store, mcp_session_get_id (http->session),
                             MCP_REASON_CLOSED, NULL);
  return NULL;
}
