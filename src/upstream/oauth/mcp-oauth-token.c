/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is asked of a token endpoint, and what it answers (RFC 6749 sections 2.3, 5.1 and 5.2).
 */
#include "mcp-oauth-token-private.h"

#include "mcp-oauth-jwt-private.h"
#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

#define FORM_TYPE         "application/x-www-form-urlencoded"
/* RFC 7523 section 2.2 */
#define ASSERTION_TYPE    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
/* RFC 6585 section 4 */
#define TOO_MANY_REQUESTS 429
/* Nobody's token lasts longer. */
#define MAX_SECONDS       (G_GINT64_CONSTANT (10) * 365 * 24 * 3600)

/**
 * mcp_oauth_token_free:
 * @self: (transfer full): tokens
 */
void
mcp_oauth_token_free (McpOauthTokens *self)
{
  mcp_secret_text_free (self->access_token);
  mcp_secret_text_free (self->refresh_token);
  g_free (self->scope);
  g_free (self);
}

/* RFC 6749 section 2.3.1: both halves are encoded as in a form. */
static char *
build_basic (const McpOauthClient *client)
{
  g_autofree char *id = g_uri_escape_string (client->id, NULL, FALSE);
  g_autoptr (McpSecretCopy) secret =
      g_uri_escape_string (client->secret != NULL ? client->secret : "", NULL, FALSE);
  g_autoptr (McpSecretCopy) both = g_strconcat (id, ":", secret, NULL);
  g_autoptr (McpSecretCopy) encoded = g_base64_encode ((const guchar *) both, strlen (both));

  return g_strconcat ("Basic ", encoded, NULL);
}

/**
 * mcp_oauth_token_add_client:
 * @form: what is asked
 * @endpoint: whom
 * @authorization: (out) (transfer full) (nullable): the field Authorization
 * @error: return location
 *
 * Shows who we are.
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED.
 *
 * Returns: whether it could be shown
 */
gboolean
mcp_oauth_token_add_client (GString *form,
                            const McpOauthEndpoint *endpoint,
                            char **authorization,
                            GError **error)
{
  const McpOauthClient *client = endpoint->client;
  g_autofree char *assertion = NULL;

  *authorization = NULL;
  if (strcmp (client->method, MCP_OAUTH_AUTH_BASIC) == 0)
    {
      *authorization = build_basic (client);
      return TRUE;
    }
  mcp_oauth_text_add_field (form, "client_id", client->id);
  if (strcmp (client->method, MCP_OAUTH_AUTH_POST) == 0)
    mcp_oauth_text_add_field (form, "client_secret", client->secret);
  if (strcmp (client->method, MCP_OAUTH_AUTH_JWT) != 0)
    return TRUE;

  assertion = mcp_oauth_jwt_build (client->id, endpoint->issuer, client->key, error);
  mcp_oauth_text_add_field (form, "client_assertion_type", ASSERTION_TYPE);
  mcp_oauth_text_add_field (form, "client_assertion", assertion);
  return assertion != NULL;
}

/**
 * mcp_oauth_token_read_error:
 * @reply: an answer that says no
 * @what: was asked for; completes “does not …”
 *
 * Returns: (transfer full): %MCP_OAUTH_ERROR_PENDING, %MCP_OAUTH_ERROR_REFUSED, or
 *   %MCP_OAUTH_ERROR_LOST where another attempt may help
 */
GError *
mcp_oauth_token_read_error (const McpOauthReply *reply, const char *what)
{
  McpJsonSlice root;
  g_autofree char *code = NULL;
  g_autofree char *description = NULL;
  g_autofree char *quoted = NULL;
  McpOauthError kind = reply->status >= 500 || reply->status == TOO_MANY_REQUESTS
                           ? MCP_OAUTH_ERROR_LOST
                           : MCP_OAUTH_ERROR_REFUSED;

  if (reply->text != NULL && mcp_oauth_text_scan (reply->text, &root, NULL))
    {
      code = mcp_oauth_text_dup (root, "error");
      description = mcp_oauth_text_dup (root, "error_description");
    }
  if (g_strcmp0 (code, "authorization_pending") == 0 || g_strcmp0 (code, "slow_down") == 0)
    kind = MCP_OAUTH_ERROR_PENDING;
  if (code == NULL)
    return g_error_new (MCP_OAUTH_ERROR, (int) kind,
                        "The authorization server does not %s: it answered HTTP %u", what,
                        reply->status);
  quoted = mcp_oauth_text_quote (description != NULL ? description : "");
  g_free (description);
  description = mcp_oauth_text_quote (code);
  return g_error_new (MCP_OAUTH_ERROR, (int) kind, "The authorization server does not %s: %s%s%s",
                      what, description, *quoted != '\0' ? ": " : "", quoted);
}

static gboolean
is_bearer (McpJsonSlice root)
{
  g_autofree char *type = mcp_oauth_text_dup (root, "token_type");

  /* Required, and yet left out by some. */
  return type == NULL || g_ascii_strcasecmp (type, "Bearer") == 0;
}

static McpOauthTokens *
read_tokens (const char *text, GError **error)
{
  McpJsonSlice root;
  g_autoptr (McpOauthTokens) tokens = g_new0 (McpOauthTokens, 1);
  gint64 seconds;

  if (text == NULL || !mcp_oauth_text_scan (text, &root, NULL))
    {
      g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                           "The answer of the token endpoint cannot be read");
      return NULL;
    }
  tokens->access_token = mcp_oauth_text_dup_secret (root, "access_token");
  tokens->refresh_token = mcp_oauth_text_dup_secret (root, "refresh_token");
  tokens->scope = mcp_oauth_text_dup (root, "scope");
  seconds = mcp_oauth_text_get_number (root, "expires_in");
  if (seconds > 0)
    tokens->expires_at = g_get_real_time () / G_USEC_PER_SEC + MIN (seconds, MAX_SECONDS);
  if (tokens->scope != NULL && !mcp_oauth_text_is_scopes (tokens->scope))
    g_clear_pointer (&tokens->scope, g_free);
  if (tokens->access_token != NULL && mcp_oauth_text_is_token (tokens->access_token) &&
      is_bearer (root))
    return g_steal_pointer (&tokens);

  g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                       "The token endpoint gave no bearer token");
  return NULL;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, &error);
  McpOauthTokens *tokens = NULL;

  if (reply != NULL && reply->status >= 200 && reply->status < 300)
    tokens = read_tokens (reply->text, &error);
  else if (reply != NULL)
    error = mcp_oauth_token_read_error (reply, "give a token");
  if (tokens != NULL)
    g_task_return_pointer (task, tokens, (GDestroyNotify) mcp_oauth_token_free);
  else
    g_task_return_error (task, error);
}

/**
 * mcp_oauth_token_request_async:
 * @endpoint: whom to ask
 * @form: what for, without the fields that say who asks
 * @callback: (scope async): when the answer is there
 * @user_data: for @callback
 *
 * Asks for tokens.
 */
void
mcp_oauth_token_request_async (const McpOauthEndpoint *endpoint,
                               const char *form,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  g_autoptr (McpSecretString) whole = mcp_secret_text_new_string (form);
  g_autoptr (McpSecretCopy) authorization = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, mcp_oauth_token_request_async);
  if (!mcp_oauth_token_add_client (whole, endpoint, &authorization, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  mcp_oauth_web_post_async (endpoint->web, endpoint->address, FORM_TYPE, whole->str, authorization,
                            answered_cb, task);
}

/**
 * mcp_oauth_token_request_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED, %MCP_OAUTH_ERROR_REFUSED, %MCP_OAUTH_ERROR_LOST,
 * %MCP_OAUTH_ERROR_PENDING.
 *
 * Returns: (transfer full) (nullable): the tokens
 */
McpOauthTokens *
mcp_oauth_token_request_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
