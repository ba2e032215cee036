/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-client-private.h"

G_BEGIN_DECLS

/**
 * McpOauthTokens:
 * @access_token: for the field Authorization; of mcp_secret_text_new()
 * @refresh_token: (nullable): for the next ones; of mcp_secret_text_new()
 * @scope: (nullable): what they are good for, with spaces between
 * @expires_at: UNIX time at which @access_token ends; 0: the server did not say
 *
 * What an authorization server gives.
 */
typedef struct
{
  char *access_token;
  char *refresh_token;
  char *scope;
  gint64 expires_at;
} McpOauthTokens;

/**
 * McpOauthEndpoint:
 * @web: that of the server
 * @address: of the token endpoint
 * @issuer: of the authorization server
 * @client: who asks
 *
 * Whom to ask for tokens.
 */
typedef struct
{
  McpOauthWeb *web;
  const char *address;
  const char *issuer;
  McpOauthClient *client;
} McpOauthEndpoint;

void mcp_oauth_token_request_async (const McpOauthEndpoint *endpoint,
                                    const char *form,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
McpOauthTokens *mcp_oauth_token_request_finish (GAsyncResult *result, GError **error);
gboolean mcp_oauth_token_add_client (GString *form,
                                     const McpOauthEndpoint *endpoint,
                                     char **authorization,
                                     GError **error);
GError *mcp_oauth_token_read_error (const McpOauthReply *reply, const char *what);
void mcp_oauth_token_free (McpOauthTokens *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthTokens, mcp_oauth_token_free)

G_END_DECLS
