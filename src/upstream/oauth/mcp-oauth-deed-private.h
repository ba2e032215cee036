/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-token-private.h"

G_BEGIN_DECLS

/**
 * McpOauthDeed:
 * @issuer: who gave the tokens
 * @resource: for what
 * @token_endpoint: where they are renewed
 * @scope: (nullable): what was asked for; what was given is in @tokens
 * @is_machine: no person is needed to renew it: client credentials
 * @client: (owned): to whom it was given
 * @tokens: (owned): what was given
 *
 * What is on record of a grant.
 */
typedef struct
{
  char *issuer;
  char *resource;
  char *token_endpoint;
  char *scope;
  gboolean is_machine;
  McpOauthClient *client;
  McpOauthTokens *tokens;
} McpOauthDeed;

void mcp_oauth_deed_free (McpOauthDeed *self);
char *mcp_oauth_deed_to_json (const McpOauthDeed *self, const McpOauthTokens *tokens);
McpOauthDeed *mcp_oauth_deed_from_json (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthDeed, mcp_oauth_deed_free)

G_END_DECLS
