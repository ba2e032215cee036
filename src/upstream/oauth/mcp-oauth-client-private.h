/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"
#include "mcp-oauth-metadata-private.h"

G_BEGIN_DECLS

/* How a client shows who it is at the token endpoint (RFC 8414 section 2). */
#define MCP_OAUTH_AUTH_NONE  "none"
#define MCP_OAUTH_AUTH_BASIC "client_secret_basic"
#define MCP_OAUTH_AUTH_POST  "client_secret_post"
#define MCP_OAUTH_AUTH_JWT   "private_key_jwt"

/**
 * McpOauthClient:
 * @id: as the authorization server knows us
 * @secret: (nullable): only it and we know
 * @key: (nullable): PEM: a private key, in place of @secret
 * @method: how to show who we are: one of the names above
 * @redirect_uri: (nullable): where browsers are sent back to
 * @expires_at: UNIX time at which @secret ends; 0: never
 *
 * What an authorization server knows of this daemon. Counted by reference.
 */
typedef struct
{
  char *id;
  char *secret;
  char *key;
  char *method;
  char *redirect_uri;
  gint64 expires_at;
} McpOauthClient;

McpOauthClient *mcp_oauth_client_new (const char *id,
                                      const char *secret,
                                      const char *key,
                                      const char *method,
                                      const char *redirect_uri);
McpOauthClient *mcp_oauth_client_ref (McpOauthClient *self);
void mcp_oauth_client_unref (McpOauthClient *self);
const char *mcp_oauth_client_choose_method (const McpOauthMetadata *metadata,
                                            gboolean has_secret,
                                            gboolean has_key);
char *mcp_oauth_client_to_json (const McpOauthClient *self);
McpOauthClient *mcp_oauth_client_from_json (McpJsonSlice object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthClient, mcp_oauth_client_unref)

G_END_DECLS
