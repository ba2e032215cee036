/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-find-attachment.h"

#include "common/mcp-names.h"
#include "common/mcp-process.h"
#include "http/request/mcp-http-reply.h"

#include <string.h>

/* A session that nobody asked for ends sooner than one that somebody did. */
#define UNASKED_IDLE_SECONDS (60 * 60)

/* What is kept of a client's name. */
#define MAX_CLIENT_BYTES 256

/**
 * mcp_find_attachment_get_header:
 * @http: a request
 * @name: of a header
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
mcp_find_attachment_get_header (McpHttpRequest *http, const char *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (http->msg), name);
}

/**
 * mcp_find_attachment_refuse:
 * @http: a request on /mcp that may not do what it asks for
 */
void
mcp_find_attachment_refuse (McpHttpRequest *http)
{
  mcp_http_auth_count_failure (http->context->auth, soup_server_message_get_method (http->msg),
                               "/mcp");
  mcp_http_reply_unauthorized (http->msg);
}

/**
 * mcp_find_attachment_check_named_session:
 * @http: a request on /mcp
 *
 * The header that names a session adds nothing to a token but a check; to the owner, a choice.
 *
 * Returns: %FALSE when the request was answered
 */
gboolean
mcp_find_attachment_check_named_session (McpHttpRequest *http)
{
  const char *named = mcp_find_attachment_get_header (http, MCP_HEADER_DAEMON_SESSION);

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

  mcp_find_attachment_refuse (http);
  return FALSE;
}

/**
 * mcp_find_attachment_by_id:
 * @http: a request on /mcp
 * @attachment_id: an Mcp-Session-Id, any text
 * @status: (out): of HTTP, where there is none
 *
 * An attachment's id is no credential: what its session asks for counts.
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
  if (http->session == NULL && http->credential != MCP_HTTP_CREDENTIAL_OWNER &&
      mcp_session_has_token (session))
    {
      *status = 401;
      return NULL;
    }

  return attachment;
}

/* What a session is made from for a client that asked for none. */
typedef struct
{
  char *cwd;  /* (owned) (nullable): of the client's process */
  char *name; /* (owned) (nullable) */
  McpSessionParams params;
} ClientSession;

static void
client_session_clear (ClientSession *self)
{
  g_free (self->cwd);
  g_free (self->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ClientSession, client_session_clear)

static void
client_session_init (ClientSession *self, McpHttpRequest *http)
{
  pid_t pid = mcp_http_connection_get_pid (http->connection);

  self->cwd = mcp_process_dup_cwd (pid);
  self->name = mcp_process_dup_name (pid);
  self->params = (McpSessionParams){
    .cwd = mcp_find_attachment_get_header (http, MCP_HEADER_CWD),
    .fallback_cwd = self->cwd,
    .label = self->name,
    .idle_seconds = UNASKED_IDLE_SECONDS,
    .without_token = TRUE,
  };
}

/* It ends with its attachment. */
static McpSession *
create_session (McpHttpRequest *http, GError **error)
{
  g_auto (ClientSession) client = { 0 };

  client_session_init (&client, http);
  return mcp_session_store_create (http->context->store, &client.params, NULL, error);
}

/**
 * mcp_find_attachment_get_ambient_session:
 * @http: a request of 2026-07-28 that names no session
 * @name: (nullable): how its client calls itself
 * @error: return location
 *
 * Such a client has the same session whenever it comes from the same directory.
 *
 * Errors: those of mcp_session_store_create().
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_find_attachment_get_ambient_session (McpHttpRequest *http, const char *name, GError **error)
{
  g_auto (ClientSession) client = { 0 };

  g_autofree char *clipped = g_strndup (name != NULL ? name : "unknown", MAX_CLIENT_BYTES);
  g_autofree char *valid = g_utf8_make_valid (clipped, -1);

  client_session_init (&client, http);
  client.params.ambient_client = valid;
  return mcp_ambient_sessions_get (http->context->ambient, &client.params, error);
}

/**
 * mcp_find_attachment_has_valid_cwd:
 * @http: a request on /mcp
 *
 * Returns: whether the directory that it names, if any, is absolute
 */
gboolean
mcp_find_attachment_has_valid_cwd (McpHttpRequest *http)
{
  const char *cwd = mcp_find_attachment_get_header (http, MCP_HEADER_CWD);

  return cwd == NULL || (g_path_is_absolute (cwd) && g_utf8_validate (cwd, -1, NULL));
}

/**
 * mcp_find_attachment_create:
 * @http: a request that begins a client's stay
 *
 * Attaches the client to the session that its credential names, or to one made for it.
 *
 * Returns: (transfer none) (nullable): the attachment; %NULL: the request was answered by an error
 */
McpAttachment *
mcp_find_attachment_create (McpHttpRequest *http)
{
  gboolean owns_session = http->session == NULL;
  g_autoptr (GError) error = NULL;
  McpAttachment *attachment;

  if (owns_session)
    g_set_object (&http->session, create_session (http, &error));
  if (http->session == NULL)
    {
      mcp_http_reply_no_session (http->msg, http->context->store, error);
      return NULL;
    }

  attachment = mcp_gateway_attach (http->context->gateway, http->session, owns_session, &error);
  if (attachment != NULL)
    return attachment;

  mcp_http_reply_gerror (http->msg, error);
  if (owns_session)
    mcp_session_store_close (http->context->store, mcp_session_get_id (http->session),
                             MCP_REASON_CLOSED, NULL);
  return NULL;
}
