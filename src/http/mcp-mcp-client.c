/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-mcp-client.h"

#include "mcp-http-reply.h"
#include "mcp-names.h"

#include <string.h>

/**
 * mcp_mcp_client_get_header:
 * @http: a request
 * @name: of a header
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
mcp_mcp_client_get_header (McpHttpRequest *http, const char *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (http->msg), name);
}

/**
 * mcp_mcp_client_refuse:
 * @http: a request on /mcp that may not do what it asks for
 */
void
mcp_mcp_client_refuse (McpHttpRequest *http)
{
  mcp_http_auth_count_failure (http->context->auth, soup_server_message_get_method (http->msg),
                               "/mcp");
  mcp_http_reply_unauthorized (http->msg);
}

/**
 * mcp_mcp_client_check_named_session:
 * @http: a request on /mcp
 *
 * The header that names a session adds nothing to a token but a check; to the owner, a choice.
 *
 * Returns: %FALSE when the request was answered
 */
gboolean
mcp_mcp_client_check_named_session (McpHttpRequest *http)
{
  const char *named = mcp_mcp_client_get_header (http, MCP_HEADER_DAEMON_SESSION);

  if (named == NULL)
    return TRUE;

  if (http->credential == MCP_HTTP_CREDENTIAL_OWNER)
    {
      g_set_object (&http->session, mcp_session_store_lookup (http->context->store, named));
      if (http->session != NULL)
        return TRUE;
      mcp_http_reply_error (http->msg, 404, "There is no such session");
      return FALSE;
    }

  if (http->session != NULL && strcmp (mcp_session_get_id (http->session), named) == 0)
    return TRUE;

  mcp_mcp_client_refuse (http);
  return FALSE;
}

/**
 * mcp_mcp_client_find_attachment:
 * @http: a request on /mcp
 * @attachment_id: an Mcp-Session-Id, any text
 * @status: (out): of HTTP, where there is none
 *
 * An attachment's id is no credential: what its session asks for counts.
 *
 * Returns: (transfer none) (nullable): the attachment
 */
McpAttachment *
mcp_mcp_client_find_attachment (McpHttpRequest *http, const char *attachment_id, guint *status)
{
  McpAttachment *attachment = mcp_gateway_lookup_attachment (http->context->gateway, attachment_id);
  McpSession *session;

  *status = 404;
  if (attachment == NULL)
    return NULL;

  session = mcp_attachment_get_session (attachment);
  if (http->session != NULL && http->session != session)
    return NULL;
  if (http->session == NULL && http->credential != MCP_HTTP_CREDENTIAL_OWNER &&
      mcp_session_has_token (session))
    {
      *status = 401;
      return NULL;
    }

  return attachment;
}
