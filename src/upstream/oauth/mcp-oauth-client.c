/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-client-private.h"

#include "mcp-oauth-text-private.h"

/**
 * mcp_oauth_client_new:
 * @id: as the authorization server knows us
 * @secret: (nullable): only it and we know
 * @key: (nullable): PEM: a private key
 * @method: how to show who we are
 * @redirect_uri: (nullable): where browsers are sent back to
 *
 * Returns: (transfer full): a client
 */
McpOauthClient *
mcp_oauth_client_new (const char *id,
                      const char *secret,
                      const char *key,
                      const char *method,
                      const char *redirect_uri)
{
  McpOauthClient *self = g_rc_box_new0 (McpOauthClient);

  self->id = g_strdup (id);
  self->secret = mcp_secret_text_new (secret);
  self->key = mcp_secret_text_new (key);
  self->method = g_strdup (method);
  self->redirect_uri = g_strdup (redirect_uri);
  return self;
}

/**
 * mcp_oauth_client_ref:
 * @self: a client
 *
 * Returns: (transfer full): @self
 */
McpOauthClient *
mcp_oauth_client_ref (McpOauthClient *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_client_clear (gpointer data)
{
  McpOauthClient *self = data;

  g_free (self->id);
  mcp_secret_text_free (self->secret);
  mcp_secret_text_free (self->key);
  g_free (self->method);
  g_free (self->redirect_uri);
}

/**
 * mcp_oauth_client_unref:
 * @self: (transfer full): a client
 */
void
mcp_oauth_client_unref (McpOauthClient *self)
{
  g_rc_box_release_full (self, mcp_oauth_client_clear);
}

static gboolean
takes (const McpOauthMetadata *metadata, const char *method)
{
  return metadata->auth_methods != NULL &&
         g_strv_contains ((const char *const *) metadata->auth_methods, method);
}

/**
 * mcp_oauth_client_choose_method:
 * @metadata: of the authorization server
 * @has_secret: whether the client has a secret
 * @has_key: whether the client has a key
 *
 * Returns: (transfer none): how the client shows who it is
 */
const char *
mcp_oauth_client_choose_method (const McpOauthMetadata *metadata,
                                gboolean has_secret,
                                gboolean has_key)
{
  if (has_key)
    return MCP_OAUTH_AUTH_JWT;
  if (!has_secret)
    return MCP_OAUTH_AUTH_NONE;
  if (takes (metadata, MCP_OAUTH_AUTH_BASIC))
    return MCP_OAUTH_AUTH_BASIC;
  if (takes (metadata, MCP_OAUTH_AUTH_POST))
    return MCP_OAUTH_AUTH_POST;
  /* RFC 8414 section 2: a server that lists none takes this one. */
  return takes (metadata, MCP_OAUTH_AUTH_NONE) ? MCP_OAUTH_AUTH_NONE : MCP_OAUTH_AUTH_BASIC;
}

/**
 * mcp_oauth_client_to_json:
 * @self: a client
 *
 * Returns: (transfer full): a JSON object, with the secret in it, for mcp_secret_free()
 */
char *
mcp_oauth_client_to_json (const McpOauthClient *self)
{
  GString *json = mcp_secret_text_new_string ("{");

  mcp_oauth_text_append (json, "id", self->id);
  mcp_oauth_text_append (json, "secret", self->secret);
  mcp_oauth_text_append (json, "method", self->method);
  mcp_oauth_text_append (json, "redirect_uri", self->redirect_uri);
  mcp_oauth_text_append_number (json, "expires_at", self->expires_at);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/**
 * mcp_oauth_client_from_json:
 * @object: a JSON object
 *
 * Returns: (transfer full) (nullable): the client; %NULL: it is none
 */
McpOauthClient *
mcp_oauth_client_from_json (McpJsonSlice object)
{
  g_autofree char *id = mcp_oauth_text_dup (object, "id");
  g_autoptr (McpSecretCopy) secret = mcp_oauth_text_dup (object, "secret");
  g_autofree char *method = mcp_oauth_text_dup (object, "method");
  g_autofree char *redirect_uri = mcp_oauth_text_dup (object, "redirect_uri");
  McpOauthClient *self;

  if (id == NULL || method == NULL)
    return NULL;
  self = mcp_oauth_client_new (id, secret, NULL, method, redirect_uri);
  self->expires_at = mcp_oauth_text_get_number (object, "expires_at");
  return self;
}
