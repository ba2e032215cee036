/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http/mcp/mcp-unasked-session.h"

#include "common/mcp-names.h"
#include "common/mcp-process.h"
#include "http/request/mcp-http-context.h"
#include "http/request/mcp-http-directory.h"
#include "http/request/mcp-http-process.h"
#include "http/request/mcp-http-request.h"
#include "http/request/mcp-process-sessions.h"

/* A session that nobody asked for ends sooner than one that somebody asked for. */
#define UNASKED_IDLE_SECONDS (60 * 60)

/* The part of a client's name that is kept. */
#define MAX_CLIENT_BYTES 256

/* What a session is made from for a client that asked for none. */
typedef struct
{
  char *name; /* (owned) (nullable): of the client's process */
  McpSessionParams params;
} ClientSession;

static void
client_session_clear (ClientSession *self)
{
  g_free (self->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ClientSession, client_session_clear)

static void
client_session_init (ClientSession *self, McpHttpRequest *http)
{
  pid_t pid = mcp_http_process_get_pid (http);

  self->name = mcp_process_dup_name (pid);
  self->params = (McpSessionParams){
    .cwd = http->directory,
    .label = self->name,
    .idle_seconds = UNASKED_IDLE_SECONDS,
    .without_token = TRUE,
    .creator = pid,
  };
}

/**
 * mcp_unasked_session_has_valid_cwd:
 * @http: a request on /mcp
 *
 * Returns: whether the directory that the request names, if any, is absolute
 */
gboolean
mcp_unasked_session_has_valid_cwd (McpHttpRequest *http)
{
  const char *cwd = mcp_http_request_get_header (http, MCP_HEADER_CWD);

  return cwd == NULL || (g_path_is_absolute (cwd) && g_utf8_validate (cwd, -1, NULL));
}

/**
 * mcp_unasked_session_may_begin:
 * @http: a request on /mcp or /sse that mcp_unasked_session_has_valid_cwd()
 * @handler: its route, called again once the directory is known
 *
 * Has the directory found of the session that the request may need.
 *
 * Returns: %FALSE: the request is answered, or goes on with @handler
 */
gboolean
mcp_unasked_session_may_begin (McpHttpRequest *http, McpHttpHandler handler)
{
  const char *cwd = mcp_http_request_get_header (http, MCP_HEADER_CWD);

  if (http->session != NULL || mcp_http_directory_is_known (http, cwd))
    return TRUE;
  mcp_http_directory_await (http, cwd, handler);
  return FALSE;
}

/**
 * mcp_unasked_session_find:
 * @http: an initialize request without a credential
 *
 * A process that has a client for each server has one session for all of them, if they work in one
 * directory.
 *
 * Returns: (transfer none) (nullable): the session of another client of the same process; %NULL: a
 *   new one is needed
 */
McpSession *
mcp_unasked_session_find (McpHttpRequest *http)
{
  g_auto (ClientSession) client = { 0 };
  g_autoptr (GPtrArray) sessions = NULL;

  client_session_init (&client, http);
  sessions = mcp_process_sessions_find (http->context->store, &client.params);
  for (guint i = 0; i < sessions->len; i++)
    if (mcp_gateway_can_share (http->context->gateway, g_ptr_array_index (sessions, i),
                               http->parameter))
      return g_ptr_array_index (sessions, i);
  return NULL;
}

/**
 * mcp_unasked_session_create:
 * @http: an initialize request without a credential
 * @error: return location
 *
 * Makes a session that ends with the last attachment of its process.
 *
 * Errors: those of mcp_session_store_create().
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_unasked_session_create (McpHttpRequest *http, GError **error)
{
  g_auto (ClientSession) client = { 0 };

  client_session_init (&client, http);
  client.params.ends_with_processes = TRUE;
  return mcp_session_store_create (http->context->store, &client.params, NULL, error);
}

/**
 * mcp_unasked_session_get_ambient:
 * @http: a request of 2026-07-28 that names no session
 * @name: (nullable): the name that its client gives itself
 * @error: return location
 *
 * Finds or makes the session that the client has whenever it comes from the same directory.
 *
 * Errors: those of mcp_session_store_create().
 *
 * Returns: (transfer none) (nullable): the session
 */
McpSession *
mcp_unasked_session_get_ambient (McpHttpRequest *http, const char *name, GError **error)
{
  g_auto (ClientSession) client = { 0 };
  g_autofree char *clipped =
      g_strndup (name != NULL ? name : MCP_AMBIENT_SESSIONS_NAMELESS, MAX_CLIENT_BYTES);
  g_autofree char *valid = g_utf8_make_valid (clipped, -1);

  client_session_init (&client, http);
  client.params.ambient_client = valid;
  return mcp_ambient_sessions_get (http->context->ambient, &client.params, error);
}
