/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A login by a browser (RFC 6749 section 4.1, RFC 7636, RFC 8707):
 *
 *   begin     who is asked, who are we to them, what for; then the login is on disk, and has an
 *             address for a browser
 *   complete  the code that the browser brought is changed for tokens, and those are stored
 */
#include "mcp-oauth-login-private.h"

#include "mcp-oauth-device-private.h"
#include "mcp-oauth-registration-private.h"
#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

typedef struct
{
  McpOauthBook *book;         /* (owned) */
  McpOauthWeb *web;           /* (owned) */
  McpServerConfig *config;    /* (owned) */
  McpOauthClient *configured; /* (owned) (nullable) */
  char *asked;                /* (nullable): the scopes that the server named in its refusal */
  char *more;                 /* (nullable): further scopes */
  McpOauthMetadata *metadata; /* (owned) (nullable) */
  char *redirect_uri;         /* (nullable) */
  char *scope;                /* (nullable): what will be asked for */
  McpOauthFlow *flow;         /* (owned) (nullable) */
  char *code;                 /* (nullable) */
  gboolean wants_device;
} Login;

static void
login_free (gpointer data)
{
  Login *self = data;

  mcp_oauth_book_unref (self->book);
  mcp_oauth_web_unref (self->web);
  mcp_server_config_unref (self->config);
  g_clear_pointer (&self->configured, mcp_oauth_client_unref);
  g_clear_pointer (&self->metadata, mcp_oauth_metadata_unref);
  g_clear_pointer (&self->flow, mcp_oauth_flow_unref);
  g_free (self->asked);
  g_free (self->more);
  g_free (self->redirect_uri);
  g_free (self->scope);
  mcp_secret_free (self->code);
  g_free (self);
}

static GTask *
new_task (const McpOauthOccasion *occasion, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Login *self = g_new0 (Login, 1);

  g_task_set_source_tag (task, new_task);
  self->book = mcp_oauth_book_ref (occasion->book);
  self->web = mcp_oauth_web_ref (occasion->web);
  self->config = mcp_server_config_ref (occasion->config);
  if (occasion->configured != NULL)
    self->configured = mcp_oauth_client_ref (occasion->configured);
  self->asked = g_strdup (occasion->challenge != NULL ? occasion->challenge->scope : NULL);
  self->more = g_strdup (occasion->scope);
  self->wants_device = occasion->wants_device;
  self->redirect_uri =
      mcp_oauth_book_build_redirect_uri (occasion->book, occasion->config->oauth.redirect_port);
  g_task_set_task_data (task, self, login_free);
  return task;
}

/* What for */

static char *
choose_scope (const char *configured,
              const char *asked,
              const char *more,
              const McpOauthMetadata *metadata)
{
  const char *first = configured != NULL ? configured : asked;

  /* An empty text is somebody's word that none is wanted. */
  if (first == NULL)
    first = metadata->scopes;
  return mcp_oauth_text_join_scopes (first, more);
}

/**
 * mcp_oauth_login_choose_scope:
 * @occasion: for whom, and why
 * @metadata: of server and authorization server
 *
 * The scopes of the refusal, else those of the server's metadata, else none (MCP 2025-11-25,
 * basic/authorization, “Scope Selection Strategy”); a person's word comes first.
 *
 * Returns: (transfer full) (nullable): with spaces between
 */
char *
mcp_oauth_login_choose_scope (const McpOauthOccasion *occasion, const McpOauthMetadata *metadata)
{
  return choose_scope (occasion->config->oauth.scope,
                       occasion->challenge != NULL ? occasion->challenge->scope : NULL,
                       occasion->scope, metadata);
}

/* Who are we */

/**
 * mcp_oauth_login_settle_client:
 * @configured: what a person registered by hand
 * @metadata: of the authorization server
 * @redirect_uri: (nullable): where browsers are sent back to
 *
 * Returns: (transfer full): the client, with the way in which it shows who it is
 */
McpOauthClient *
mcp_oauth_login_settle_client (McpOauthClient *configured,
                               const McpOauthMetadata *metadata,
                               const char *redirect_uri)
{
  const char *method = mcp_oauth_client_choose_method (metadata, configured->secret != NULL,
                                                       configured->key != NULL);

  return mcp_oauth_client_new (configured->id, configured->secret, configured->key, method,
                               redirect_uri);
}

static const char *
get_document (Login *self)
{
  const char *own = self->config->oauth.document;

  return own != NULL ? own : mcp_oauth_book_get_document (self->book);
}

static void
flow_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (mcp_oauth_flows_add_finish (result, &error))
    g_task_return_pointer (task, g_steal_pointer (&self->flow),
                           (GDestroyNotify) mcp_oauth_flow_unref);
  else
    g_task_return_error (task, error);
}

/* @task: (transfer full) */
static void
add_flow (GTask *task)
{
  Login *self = g_task_get_task_data (task);

  mcp_oauth_flows_add_async (mcp_oauth_book_get_flows (self->book), self->flow, flow_added_cb,
                             task);
}

static void
device_begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (mcp_oauth_device_begin_finish (result, &error))
    {
      add_flow (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* @task: (transfer full) */
static void
make_flow (GTask *task, McpOauthClient *client, const char *registration)
{
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->flow = mcp_oauth_flow_new (self->metadata, self->config->name, client, self->scope, &error);
  if (self->flow == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self->flow->registration = g_strdup (registration);
  if (self->wants_device && self->metadata->device_endpoint != NULL)
    mcp_oauth_device_begin_async (self->web, self->metadata, self->flow, device_begun_cb, task);
  else
    add_flow (task);
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *name = NULL;
  g_autoptr (McpOauthClient) client =
      mcp_oauth_registration_get_finish (MCP_SECRET_STORE (source), result, &error);

  if (client == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  name = mcp_oauth_registration_build_name (self->metadata->issuer, self->redirect_uri);
  make_flow (task, client, name);
}

/* MCP 2025-11-25, basic/authorization, “Client Registration Approaches”. @task: (transfer full) */
static void
choose_client (GTask *task)
{
  Login *self = g_task_get_task_data (task);
  g_autoptr (McpOauthClient) client = NULL;

  if (self->configured != NULL)
    client = mcp_oauth_login_settle_client (self->configured, self->metadata, self->redirect_uri);
  else if (self->metadata->takes_documents && get_document (self) != NULL)
    client = mcp_oauth_client_new (get_document (self), NULL, NULL, MCP_OAUTH_AUTH_NONE,
                                   self->redirect_uri);
  if (client != NULL)
    make_flow (task, client, NULL);
  else if (self->metadata->registration_endpoint != NULL)
    mcp_oauth_registration_get_async (mcp_oauth_book_get_store (self->book), self->web,
                                      self->metadata, self->redirect_uri, self->scope,
                                      registered_cb, task);
  else
    {
      g_task_return_new_error (
          task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED,
          "The authorization server %s registers no clients by itself: register one there, and "
          "write its “clientId” into the server's “oauth” in mcp.json",
          self->metadata->issuer);
      g_object_unref (task);
    }
}

/* Returns: (nullable): why no browser can log in */
static const char *
find_obstacle (const Login *self)
{
  if (self->metadata->authorization_endpoint == NULL)
    return "The authorization server has no page to log in at";
  /* MCP 2025-11-25, basic/authorization, “Authorization Code Protection” */
  if (!self->metadata->has_pkce)
    return "The authorization server does not offer PKCE with S256, without which a login is not safe";
  if (self->redirect_uri == NULL)
    return "The daemon cannot serve the TCP port that a browser would come back to";
  return NULL;
}

static void
discovered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;
  const char *obstacle;

  self->metadata = mcp_oauth_discovery_run_finish (result, &error);
  if (self->metadata == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  obstacle = find_obstacle (self);
  if (obstacle != NULL)
    {
      g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED, "%s", obstacle);
      return;
    }
  self->scope = choose_scope (self->config->oauth.scope, self->asked, self->more, self->metadata);
  if (self->metadata->offers_offline)
    {
      g_autofree char *asked = g_steal_pointer (&self->scope);

      self->scope = mcp_oauth_text_join_scopes (asked, "offline_access");
    }
  choose_client (g_steal_pointer (&task));
}

/**
 * mcp_oauth_login_begin_async:
 * @occasion: for whom, and why
 * @callback: (scope async): when a browser can be sent
 * @user_data: for @callback
 *
 * Begins a login.
 */
void
mcp_oauth_login_begin_async (const McpOauthOccasion *occasion,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  const McpOauthWish wish = { occasion->config->oauth.issuer, occasion->config->oauth.resource,
                              TRUE };

  mcp_oauth_discovery_run_async (occasion->web, occasion->challenge, &wish, discovered_cb,
                                 new_task (occasion, callback, user_data));
}

/**
 * mcp_oauth_login_begin_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError, and those of the store.
 *
 * Returns: (transfer full) (nullable): the login that is on its way
 */
McpOauthFlow *
mcp_oauth_login_begin_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The browser is back */

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  McpOauthGrant *grant = mcp_oauth_book_add_grant_finish (result, &error);

  if (grant != NULL)
    g_task_return_pointer (task, grant, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* @tokens: (transfer full) */
static McpOauthGrant *
make_grant (Login *self, McpOauthTokens *tokens)
{
  McpOauthDeed *deed = g_new0 (McpOauthDeed, 1);
  const McpOauthFlow *flow = self->flow;

  deed->issuer = g_strdup (flow->issuer);
  deed->resource = g_strdup (flow->resource);
  deed->token_endpoint = g_strdup (flow->token_endpoint);
  deed->scope = g_strdup (flow->scope);
  deed->client = mcp_oauth_client_ref (flow->client);
  deed->tokens = tokens;
  return mcp_oauth_grant_new (mcp_oauth_book_get_store (self->book), deed);
}

static void
got_tokens_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;
  McpOauthTokens *tokens = mcp_oauth_token_request_finish (result, &error);
  g_autoptr (McpOauthGrant) grant = NULL;

  if (tokens == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  grant = make_grant (self, tokens);
  mcp_oauth_book_add_grant_async (self->book, grant, added_cb, task);
}

/* @task: (transfer full) */
static void
ask_for_tokens (GTask *task)
{
  Login *self = g_task_get_task_data (task);
  const McpOauthFlow *flow = self->flow;
  McpOauthEndpoint endpoint = { self->web, flow->token_endpoint, flow->issuer, flow->client };
  g_autoptr (McpSecretString) form = mcp_secret_text_new_string (NULL);

  mcp_oauth_text_add_field (form, "grant_type", "authorization_code");
  mcp_oauth_text_add_field (form, "code", self->code);
  mcp_oauth_text_add_field (form, "redirect_uri", flow->client->redirect_uri);
  mcp_oauth_text_add_field (form, "code_verifier", flow->verifier);
  mcp_oauth_text_add_field (form, "resource", flow->resource);
  mcp_oauth_token_request_async (&endpoint, form->str, got_tokens_cb, task);
}

static void
client_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Login *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (McpOauthClient) client =
      mcp_oauth_registration_load_finish (MCP_SECRET_STORE (source), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (client != NULL && g_str_equal (client->id, self->flow->client->id))
    {
      mcp_oauth_client_unref (self->flow->client);
      self->flow->client = g_steal_pointer (&client);
    }
  ask_for_tokens (task);
}

/* A login that comes from the disk has no secret: it was not written there. */
static gboolean
lacks_secret (const McpOauthFlow *flow)
{
  return flow->client->secret == NULL && flow->client->key == NULL &&
         !g_str_equal (flow->client->method, MCP_OAUTH_AUTH_NONE);
}

/**
 * mcp_oauth_login_complete_async:
 * @occasion: for whom
 * @flow: a login that is not among those on their way any more
 * @code: what the browser brought
 * @callback: (scope async): when there is a grant
 * @user_data: for @callback
 *
 * Ends a login.
 */
void
mcp_oauth_login_complete_async (const McpOauthOccasion *occasion,
                                McpOauthFlow *flow,
                                const char *code,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = new_task (occasion, callback, user_data);
  Login *self = g_task_get_task_data (task);

  self->flow = mcp_oauth_flow_ref (flow);
  self->code = g_strdup (code);
  if (!lacks_secret (flow))
    ask_for_tokens (task);
  else if (flow->registration != NULL)
    mcp_oauth_registration_load_async (mcp_oauth_book_get_store (self->book), flow->registration,
                                       client_loaded_cb, task);
  else
    {
      if (self->configured != NULL)
        {
          McpOauthClient *client = mcp_oauth_client_new (
              flow->client->id, self->configured->secret, self->configured->key,
              flow->client->method, flow->client->redirect_uri);

          mcp_oauth_client_unref (flow->client);
          flow->client = client;
        }
      ask_for_tokens (task);
    }
}

/**
 * mcp_oauth_login_wait_async:
 * @occasion: for whom
 * @flow: a login with a device code
 * @callback: (scope async): as for mcp_oauth_login_complete_async()
 * @user_data: for @callback
 *
 * Waits until a person has entered the code on another device.
 */
void
mcp_oauth_login_wait_async (const McpOauthOccasion *occasion,
                            McpOauthFlow *flow,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = new_task (occasion, callback, user_data);
  Login *self = g_task_get_task_data (task);

  self->flow = mcp_oauth_flow_ref (flow);
  mcp_oauth_device_wait_async (self->web, flow, got_tokens_cb, task);
}

/**
 * mcp_oauth_login_complete_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Errors: #McpOauthError, and those of the store.
 *
 * Returns: (transfer full) (nullable): what the person has allowed, stored
 */
McpOauthGrant *
mcp_oauth_login_complete_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
