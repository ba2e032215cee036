/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who sends a request. The connection layer lets in the owner's processes only; this file tells
 * apart which of them may do what.
 */
#include "http/request/mcp-http-auth.h"

#include "http/request/mcp-http-reply.h"
#include "session/session/mcp-token.h"
#include "session/store/mcp-session-by-token.h"

#include <string.h>

struct _McpHttpAuth
{
  McpSessionStore *store; /* (owned) */
  McpTokenHash owner_key; /* hashed, so that the time of a comparison tells nothing */
  gboolean require_key;
  guint64 n_failures;
};

/**
 * mcp_http_auth_new:
 * @store: the sessions
 * @owner_key: what the owner's programs show over TCP
 *
 * Returns: (transfer full): what tells who may do what
 */
McpHttpAuth *
mcp_http_auth_new (McpSessionStore *store, const char *owner_key)
{
  McpHttpAuth *self = g_new0 (McpHttpAuth, 1);

  self->store = g_object_ref (store);
  mcp_token_hash (owner_key, &self->owner_key);

  return self;
}

/**
 * mcp_http_auth_free:
 * @self: (transfer full): made by mcp_http_auth_new()
 */
void
mcp_http_auth_free (McpHttpAuth *self)
{
  g_object_unref (self->store);
  g_free (self);
}

/**
 * mcp_http_auth_set_require_key:
 * @self: the authority
 * @require_key: whether TCP clients need a token or the owner key for everything
 *   but /health, the files of the page, and the exchange of a code for the key
 */
void
mcp_http_auth_set_require_key (McpHttpAuth *self, gboolean require_key)
{
  self->require_key = require_key;
}

/**
 * mcp_http_auth_key_required:
 * @self: the authority
 * @request: a request
 *
 * Returns: whether the request is refused without any credential
 */
gboolean
mcp_http_auth_key_required (McpHttpAuth *self, McpHttpRequest *request)
{
  return self->require_key && !mcp_http_request_is_unix (request);
}

/*
 * RFC 6750 section 2.1, RFC 9110 section 11.1: the scheme in any case, spaces,
 * the token. Two headers are joined by a comma, which no token has.
 */
static const char *
bearer_token (const char *authorization)
{
  static const char scheme[] = "Bearer ";

  if (g_ascii_strncasecmp (authorization, scheme, sizeof scheme - 1) != 0)
    return NULL;

  authorization += sizeof scheme - 1;
  return authorization + strspn (authorization, " ");
}

/* RFC 6750 section 2.3 allows a token here. URLs end up in logs and histories, so this daemon does
 * not allow one. */
static gboolean
has_token_in_query (const char *query)
{
  g_auto (GStrv) fields = NULL;

  if (query == NULL)
    return FALSE;

  fields = g_strsplit (query, "&", -1);
  for (char **field = fields; *field != NULL; field++)
    if (g_str_has_prefix (*field, "token=") || g_str_has_prefix (*field, "access_token="))
      return TRUE;

  return FALSE;
}

/**
 * mcp_http_auth_identify:
 * @self: the authority
 * @request: a request
 * @session: (out) (transfer none) (nullable): the session whose token the request shows
 *
 * Tells what a request shows for itself. A credential that is stated must be right, even where
 * none would be needed.
 *
 * Returns: the credential
 */
McpHttpCredential
mcp_http_auth_identify (McpHttpAuth *self, McpHttpRequest *request, McpSession **session)
{
  const char *authorization = mcp_http_request_get_header (request, "Authorization");
  const char *token;
  McpTokenHash token_hash;

  *session = NULL;
  if (has_token_in_query (request->query))
    return MCP_HTTP_CREDENTIAL_WRONG;
  if (authorization == NULL)
    return mcp_http_request_is_unix (request) ? MCP_HTTP_CREDENTIAL_OWNER
                                              : MCP_HTTP_CREDENTIAL_NONE;

  token = bearer_token (authorization);
  if (token == NULL || *token == '\0')
    return MCP_HTTP_CREDENTIAL_WRONG;
  mcp_token_hash (token, &token_hash);
  if (mcp_token_hash_equal (&self->owner_key, &token_hash))
    return MCP_HTTP_CREDENTIAL_OWNER;

  *session = mcp_session_store_find_by_token_hash (self->store, &token_hash);
  return *session == NULL ? MCP_HTTP_CREDENTIAL_WRONG : MCP_HTTP_CREDENTIAL_SESSION;
}

/**
 * mcp_http_auth_refuse_saying:
 * @self: the authority
 * @request: a request without the credential that it needs
 * @route: the route's pattern, never the path: a path could hold a secret
 * @message: (nullable): what is needed; %NULL: a token or the owner key
 *
 * Counts the refusal, and answers the request with 401.
 */
void
mcp_http_auth_refuse_saying (McpHttpAuth *self,
                             McpHttpRequest *request,
                             const char *route,
                             const char *message)
{
  self->n_failures++;
  g_info ("Refused %s %s: no credential, or not the right one", request->method, route);
  mcp_http_reply_unauthorized (request, message);
}

/**
 * mcp_http_auth_refuse:
 * @self: the authority
 * @request: a request without the credential that it needs
 * @route: the route's pattern, never the path: a path could hold a secret
 *
 * As mcp_http_auth_refuse_saying(), with the usual words.
 */
void
mcp_http_auth_refuse (McpHttpAuth *self, McpHttpRequest *request, const char *route)
{
  mcp_http_auth_refuse_saying (self, request, route, NULL);
}

/**
 * mcp_http_auth_get_n_failures:
 * @self: the authority
 *
 * Returns: how many requests were refused since the start
 */
guint64
mcp_http_auth_get_n_failures (McpHttpAuth *self)
{
  return self->n_failures;
}
