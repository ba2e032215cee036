/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Client credentials (RFC 6749 section 4.4): a machine logs in, and no person is asked. Nothing of
 * this is stored; the daemon asks again whenever it needs a token.
 */
#include "mcp-oauth-machine-private.h"

#include "mcp-oauth-text-private.h"

typedef struct
{
  McpSecretStore *store;        /* (owned): never written to */
  McpOauthWeb *web;             /* (owned) */
  McpOauthClient *configured;   /* (owned) */
  McpServerConfig *config;      /* (owned) */
  McpOauthChallenge *challenge; /* (owned) (nullable): the scopes alone */
  char *more;                   /* (nullable) */
  McpOauthDeed *deed;           /* (owned) (nullable) */
} Machine;

static void
machine_free (gpointer data)
{
  Machine *self = data;

  g_object_unref (self->store);
  mcp_oauth_web_unref (self->web);
  mcp_oauth_client_unref (self->configured);
  mcp_server_config_unref (self->config);
  mcp_oauth_challenge_free (self->challenge);
  g_free (self->more);
  g_clear_pointer (&self->deed, mcp_oauth_deed_free);
  g_free (self);
}

static void
got_tokens_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Machine *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->deed->tokens = mcp_oauth_token_request_finish (result, &error);
  if (self->deed->tokens == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, mcp_oauth_grant_new (self->store, g_steal_pointer (&self->deed)),
                           g_object_unref);
}

static McpOauthDeed *
make_deed (Machine *self, const McpOauthMetadata *metadata)
{
  McpOauthOccasion occasion = { .config = self->config,
                                .challenge = self->challenge,
                                .scope = self->more };
  McpOauthDeed *deed = g_new0 (McpOauthDeed, 1);

  deed->issuer = g_strdup (metadata->issuer);
  deed->resource = g_strdup (metadata->resource);
  deed->token_endpoint = g_strdup (metadata->token_endpoint);
  deed->scope = mcp_oauth_login_choose_scope (&occasion, metadata);
  deed->is_machine = TRUE;
  deed->client = mcp_oauth_login_settle_client (self->configured, metadata, NULL);
  return deed;
}

static void
discovered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Machine *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthMetadata) metadata = mcp_oauth_discovery_run_finish (result, &error);
  g_autoptr (McpSecretString) form = mcp_secret_text_new_string (NULL);
  McpOauthEndpoint endpoint;

  if (metadata == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->deed = make_deed (self, metadata);
  endpoint = (McpOauthEndpoint){ self->web, self->deed->token_endpoint, self->deed->issuer,
                                 self->deed->client };
  mcp_oauth_text_add_field (form, "grant_type", "client_credentials");
  mcp_oauth_text_add_field (form, "scope", self->deed->scope);
  mcp_oauth_text_add_field (form, "resource", self->deed->resource);
  mcp_oauth_token_request_async (&endpoint, form->str, got_tokens_cb, g_steal_pointer (&task));
}

/**
 * mcp_oauth_machine_begin_async:
 * @occasion: for whom, and why; with a configured client
 * @callback: (scope async): when there is a grant
 * @user_data: for @callback
 */
void
mcp_oauth_machine_begin_async (const McpOauthOccasion *occasion,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  const McpOauthWish wish = { occasion->config->oauth.issuer, occasion->config->oauth.resource,
                              FALSE };
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Machine *self = g_new0 (Machine, 1);

  g_task_set_source_tag (task, mcp_oauth_machine_begin_async);
  g_task_set_task_data (task, self, machine_free);
  self->store = g_object_ref (mcp_oauth_book_get_store (occasion->book));
  self->web = mcp_oauth_web_ref (occasion->web);
  self->configured = mcp_oauth_client_ref (occasion->configured);
  self->config = mcp_server_config_ref (occasion->config);
  self->challenge = g_new0 (McpOauthChallenge, 1);
  self->challenge->scope =
      g_strdup (occasion->challenge != NULL ? occasion->challenge->scope : NULL);
  self->more = g_strdup (occasion->scope);
  mcp_oauth_discovery_run_async (self->web, occasion->challenge, &wish, discovered_cb, task);
}

/**
 * mcp_oauth_machine_begin_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError.
 *
 * Returns: (transfer full) (nullable): a grant that is not stored
 */
McpOauthGrant *
mcp_oauth_machine_begin_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
