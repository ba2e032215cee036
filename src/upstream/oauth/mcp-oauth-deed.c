/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-deed-private.h"

#include "mcp-oauth-text-private.h"

/**
 * mcp_oauth_deed_free:
 * @self: (transfer full): a deed
 */
void
mcp_oauth_deed_free (McpOauthDeed *self)
{
  g_free (self->issuer);
  g_free (self->resource);
  g_free (self->token_endpoint);
  g_free (self->scope);
  g_clear_pointer (&self->client, mcp_oauth_client_unref);
  g_clear_pointer (&self->tokens, mcp_oauth_token_free);
  g_free (self);
}

/**
 * mcp_oauth_deed_to_json:
 * @self: a deed
 * @tokens: those that it is to have
 *
 * Returns: (transfer full): a JSON object with all secrets in it, for mcp_secret_free()
 */
char *
mcp_oauth_deed_to_json (const McpOauthDeed *self, const McpOauthTokens *tokens)
{
  GString *json = mcp_secret_text_new_string ("{");
  g_autoptr (McpSecretCopy) client = mcp_oauth_client_to_json (self->client);

  mcp_oauth_text_append (json, "issuer", self->issuer);
  mcp_oauth_text_append (json, "resource", self->resource);
  mcp_oauth_text_append (json, "token_endpoint", self->token_endpoint);
  mcp_oauth_text_append (json, "asked", self->scope);
  mcp_oauth_text_append (json, "access_token", tokens->access_token);
  mcp_oauth_text_append (json, "refresh_token", tokens->refresh_token);
  mcp_oauth_text_append (json, "scope", tokens->scope);
  mcp_oauth_text_append_number (json, "expires_at", tokens->expires_at);
  g_string_append_printf (json, ",\"client\":%s}", client);
  return g_string_free (json, FALSE);
}

static void
read_tokens (McpOauthTokens *tokens, McpJsonSlice root)
{
  tokens->access_token = mcp_oauth_text_dup_secret (root, "access_token");
  tokens->refresh_token = mcp_oauth_text_dup_secret (root, "refresh_token");
  tokens->scope = mcp_oauth_text_dup (root, "scope");
  tokens->expires_at = mcp_oauth_text_get_number (root, "expires_at");
}

/**
 * mcp_oauth_deed_from_json:
 * @text: what mcp_oauth_deed_to_json() made
 *
 * Returns: (transfer full) (nullable): the deed; %NULL: it is none
 */
McpOauthDeed *
mcp_oauth_deed_from_json (const char *text)
{
  McpJsonSlice root;
  McpJsonSlice client;
  g_autoptr (McpOauthDeed) self = g_new0 (McpOauthDeed, 1);

  if (!mcp_oauth_text_scan (text, &root, NULL) ||
      !mcp_json_find_typed (root, "client", MCP_JSON_OBJECT, &client))
    return NULL;
  self->issuer = mcp_oauth_text_dup (root, "issuer");
  self->resource = mcp_oauth_text_dup (root, "resource");
  self->token_endpoint = mcp_oauth_text_dup (root, "token_endpoint");
  self->scope = mcp_oauth_text_dup (root, "asked");
  self->client = mcp_oauth_client_from_json (client);
  self->tokens = g_new0 (McpOauthTokens, 1);
  read_tokens (self->tokens, root);
  if (self->issuer == NULL || self->resource == NULL || self->token_endpoint == NULL ||
      self->client == NULL || self->tokens->access_token == NULL)
    return NULL;
  return g_steal_pointer (&self);
}
