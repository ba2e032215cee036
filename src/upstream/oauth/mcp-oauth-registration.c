/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dynamic registration (RFC 7591): once for each issuer and redirect address, and kept.
 */
#include "mcp-oauth-registration-private.h"

#include "mcp-oauth-text-private.h"
#include "mcp-oauth-token-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

/* A secret that ends within this time is not used for a login any more. */
#define MARGIN_SECONDS 3600

typedef struct
{
  McpOauthWeb *web;           /* (owned) */
  McpOauthMetadata *metadata; /* (owned) */
  char *redirect_uri;
  char *scope;            /* (nullable) */
  char *name;             /* in the store */
  McpOauthClient *client; /* (owned) (nullable): while it is stored */
} Registration;

static void
registration_free (gpointer data)
{
  Registration *self = data;

  mcp_oauth_web_unref (self->web);
  mcp_oauth_metadata_unref (self->metadata);
  g_free (self->redirect_uri);
  g_free (self->scope);
  g_free (self->name);
  g_clear_pointer (&self->client, mcp_oauth_client_unref);
  g_free (self);
}

/**
 * mcp_oauth_registration_build_name:
 * @issuer: of an authorization server
 * @redirect_uri: where browsers are sent back to
 *
 * Returns: (transfer full): the name of the registration in the secret store
 */
char *
mcp_oauth_registration_build_name (const char *issuer, const char *redirect_uri)
{
  return mcp_oauth_text_build_name ("client", issuer, redirect_uri, "");
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  McpJsonSlice root;
  McpOauthClient *client = NULL;
  char *text = mcp_secret_store_look_up_finish (MCP_SECRET_STORE (source), result, &error);

  if (text != NULL && mcp_oauth_text_scan (text, &root, NULL))
    client = mcp_oauth_client_from_json (root);
  mcp_secret_free (text);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, client, (GDestroyNotify) mcp_oauth_client_unref);
}

/**
 * mcp_oauth_registration_load_async:
 * @store: where it is kept
 * @name: of the registration
 * @callback: (scope async): when it is there
 * @user_data: for @callback
 */
void
mcp_oauth_registration_load_async (McpSecretStore *store,
                                   const char *name,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_registration_load_async);
  mcp_secret_store_look_up_async (store, MCP_SECRET_KIND_GRANT, name, NULL, looked_up_cb, task);
}

/**
 * mcp_oauth_registration_load_finish:
 * @store: where it is kept
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: (transfer full) (nullable): the client; %NULL without an error: there is none
 */
McpOauthClient *
mcp_oauth_registration_load_finish (McpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A program on the user's machine keeps no secret: it asks for none, where the server lets it. */
static const char *
choose_method (const McpOauthMetadata *metadata)
{
  const char *const *methods = (const char *const *) metadata->auth_methods;

  if (methods == NULL || g_strv_contains (methods, MCP_OAUTH_AUTH_NONE))
    return MCP_OAUTH_AUTH_NONE;
  return g_strv_contains (methods, MCP_OAUTH_AUTH_BASIC) ? MCP_OAUTH_AUTH_BASIC
                                                         : MCP_OAUTH_AUTH_POST;
}

static char *
build_body (const Registration *self)
{
  GString *json = g_string_new ("{");

  mcp_oauth_text_append (json, "client_name", "mcp-sessiond");
  g_string_append (json, ",\"redirect_uris\":[");
  mcp_json_append_string (json, self->redirect_uri);
  g_string_append (json, "],\"grant_types\":[\"authorization_code\",\"refresh_token\"");
  if (self->metadata->device_endpoint != NULL)
    g_string_append (json, ",\"urn:ietf:params:oauth:grant-type:device_code\"");
  g_string_append (json, "],\"response_types\":[\"code\"]");
  mcp_oauth_text_append (json, "application_type", "native");
  mcp_oauth_text_append (json, "token_endpoint_auth_method", choose_method (self->metadata));
  mcp_oauth_text_append (json, "scope", self->scope);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static McpOauthClient *
read_client (const Registration *self, const char *text, GError **error)
{
  McpJsonSlice root;
  g_autofree char *id = NULL;
  g_autoptr (McpSecretCopy) secret = NULL;
  g_autofree char *method = NULL;
  const char *chosen = choose_method (self->metadata);
  McpOauthClient *client;

  if (text != NULL && mcp_oauth_text_scan (text, &root, NULL))
    {
      id = mcp_oauth_text_dup (root, "client_id");
      secret = mcp_oauth_text_dup (root, "client_secret");
      method = mcp_oauth_text_dup (root, "token_endpoint_auth_method");
    }
  if (id == NULL)
    {
      g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
                           "The authorization server registered this daemon without a client id");
      return NULL;
    }
  if (method == NULL && secret != NULL && self->metadata->auth_methods == NULL)
    method = g_strdup (MCP_OAUTH_AUTH_BASIC);
  client =
      mcp_oauth_client_new (id, secret, NULL, method != NULL ? method : chosen, self->redirect_uri);
  client->expires_at = mcp_oauth_text_get_number (root, "client_secret_expires_at");
  return client;
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Registration *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!mcp_secret_store_set_finish (MCP_SECRET_STORE (source), result, &error))
    g_info ("A registration cannot be stored, and is made again next time: %s", error->message);
  g_task_return_pointer (task, g_steal_pointer (&self->client),
                         (GDestroyNotify) mcp_oauth_client_unref);
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpSecretStore *store = g_task_get_source_object (task);
  Registration *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthReply) reply = mcp_oauth_web_finish (result, &error);
  g_autofree char *label = NULL;
  char *json;

  if (reply != NULL && reply->status >= 200 && reply->status < 300)
    self->client = read_client (self, reply->text, &error);
  else if (reply != NULL)
    error = mcp_oauth_token_read_error (reply, "register this daemon");
  if (self->client == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  label = g_strdup_printf ("mcp-sessiond: registered with %s", self->metadata->issuer);
  json = mcp_oauth_client_to_json (self->client);
  mcp_secret_store_set_async (store, MCP_SECRET_KIND_GRANT, self->name, label, json, NULL,
                              stored_cb, g_steal_pointer (&task));
  mcp_secret_free (json);
}

static gboolean
is_good (const McpOauthClient *client)
{
  return client->expires_at == 0 ||
         client->expires_at - MARGIN_SECONDS > g_get_real_time () / G_USEC_PER_SEC;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Registration *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthClient) client =
      mcp_oauth_registration_load_finish (MCP_SECRET_STORE (source), result, &error);
  g_autofree char *body = NULL;

  if (error != NULL)
    g_task_return_error (task, error);
  else if (client != NULL && is_good (client))
    g_task_return_pointer (task, g_steal_pointer (&client),
                           (GDestroyNotify) mcp_oauth_client_unref);
  else
    {
      body = build_body (self);
      mcp_oauth_web_post_async (self->web, self->metadata->registration_endpoint,
                                "application/json", body, NULL, registered_cb,
                                g_steal_pointer (&task));
    }
}

/**
 * mcp_oauth_registration_get_async:
 * @store: where it is kept
 * @web: that of the server
 * @metadata: of an authorization server with a registration endpoint
 * @redirect_uri: where browsers are sent back to
 * @scope: (nullable): what will be asked for
 * @callback: (scope async): when we are known
 * @user_data: for @callback
 *
 * Takes the registration that is kept, or registers this daemon.
 */
void
mcp_oauth_registration_get_async (McpSecretStore *store,
                                  McpOauthWeb *web,
                                  McpOauthMetadata *metadata,
                                  const char *redirect_uri,
                                  const char *scope,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);
  Registration *self = g_new0 (Registration, 1);

  g_task_set_source_tag (task, mcp_oauth_registration_get_async);
  g_task_set_task_data (task, self, registration_free);
  self->web = mcp_oauth_web_ref (web);
  self->metadata = mcp_oauth_metadata_ref (metadata);
  self->redirect_uri = g_strdup (redirect_uri);
  self->scope = g_strdup (scope);
  self->name = mcp_oauth_registration_build_name (metadata->issuer, redirect_uri);
  mcp_oauth_registration_load_async (store, self->name, loaded_cb, task);
}

/**
 * mcp_oauth_registration_get_finish:
 * @store: where it is kept
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError, and those of the store.
 *
 * Returns: (transfer full) (nullable): who we are to the authorization server
 */
McpOauthClient *
mcp_oauth_registration_get_finish (McpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
