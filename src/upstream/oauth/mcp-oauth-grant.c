/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-grant-private.h"

#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

/* A token is renewed this long before its end: a request takes a moment, and clocks differ. Never
 * more than a tenth of its life, or short tokens would be renewed with each request. */
#define EARLY_SECONDS 60

struct _McpOauthGrant
{
  GObject parent_instance;

  McpSecretStore *store; /* (owned) */
  char *name;            /* in the store */
  McpOauthDeed *deed;    /* (owned) */
  gint64 early_seconds;
  gboolean is_spent;

  McpOauthWeb *web;     /* (owned) (nullable): while REFRESHING */
  McpOauthTokens *next; /* (owned) (nullable): the new ones, while they are stored */
  gboolean has_lost;    /* the answer to this refresh was lost once */
  gboolean is_replaced; /* a person has logged in anew meanwhile */
  GPtrArray *waiters;   /* (owned): GTask (owned) */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (McpOauthGrant, mcp_oauth_grant, G_TYPE_OBJECT)

static void ask (McpOauthGrant *self);

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* @tokens: (transfer full) */
static void
set_tokens (McpOauthGrant *self, McpOauthTokens *tokens)
{
  g_clear_pointer (&self->deed->tokens, mcp_oauth_token_free);
  self->deed->tokens = tokens;
  self->early_seconds = EARLY_SECONDS;
  if (tokens->expires_at > 0)
    self->early_seconds = CLAMP ((tokens->expires_at - now ()) / 10, 0, EARLY_SECONDS);
}

/**
 * mcp_oauth_grant_build_name:
 * @issuer: who gives the tokens
 * @resource: for what
 * @client_id: to whom
 *
 * Returns: (transfer full): the name of the grant in the secret store
 */
char *
mcp_oauth_grant_build_name (const char *issuer, const char *resource, const char *client_id)
{
  return mcp_oauth_text_build_name ("grant", issuer, resource, client_id);
}

/**
 * mcp_oauth_grant_new:
 * @store: where it will be kept
 * @deed: (transfer full): what was given, by whom, for what, to whom
 *
 * Returns: (transfer full): a grant that is not stored yet
 */
McpOauthGrant *
mcp_oauth_grant_new (McpSecretStore *store, McpOauthDeed *deed)
{
  McpOauthGrant *self = g_object_new (MCP_TYPE_OAUTH_GRANT, NULL);

  self->store = g_object_ref (store);
  self->name = mcp_oauth_grant_build_name (deed->issuer, deed->resource, deed->client->id);
  self->deed = deed;
  set_tokens (self, g_steal_pointer (&deed->tokens));
  return self;
}

/* What is kept */

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  McpSecretStore *store = MCP_SECRET_STORE (source);
  GError *error = NULL;
  char *text = mcp_secret_store_look_up_finish (store, result, &error);

  McpOauthDeed *deed = text != NULL ? mcp_oauth_deed_from_json (text) : NULL;

  mcp_secret_free (text);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, deed != NULL ? mcp_oauth_grant_new (store, deed) : NULL,
                           g_object_unref);
}

/**
 * mcp_oauth_grant_load_async:
 * @store: where it is kept
 * @name: of the grant
 * @callback: (scope async): when it is there
 * @user_data: for @callback
 *
 * Fetches a grant.
 */
void
mcp_oauth_grant_load_async (McpSecretStore *store,
                            const char *name,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_grant_load_async);
  mcp_secret_store_look_up_async (store, MCP_SECRET_KIND_GRANT, name, NULL, looked_up_cb, task);
}

/**
 * mcp_oauth_grant_load_finish:
 * @store: where it is kept
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: (transfer full) (nullable): the grant; %NULL without an error: there is none
 */
McpOauthGrant *
mcp_oauth_grant_load_finish (McpSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (mcp_secret_store_set_finish (MCP_SECRET_STORE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
store_tokens (McpOauthGrant *self,
              const McpOauthTokens *tokens,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autofree char *label = g_strdup_printf ("mcp-sessiond: %s", self->deed->resource);
  char *json;

  g_task_set_source_tag (task, store_tokens);
  /* What no person gave need not be kept. */
  if (self->deed->is_machine)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  json = mcp_oauth_deed_to_json (self->deed, tokens);
  mcp_secret_store_set_async (self->store, MCP_SECRET_KIND_GRANT, self->name, label, json, NULL,
                              stored_cb, task);
  mcp_secret_free (json);
}

/**
 * mcp_oauth_grant_store_async:
 * @self: a grant
 * @callback: (scope async): when it is kept
 * @user_data: for @callback
 *
 * Puts a grant into the store.
 */
void
mcp_oauth_grant_store_async (McpOauthGrant *self, GAsyncReadyCallback callback, gpointer user_data)
{
  store_tokens (self, self->deed->tokens, callback, user_data);
}

/**
 * mcp_oauth_grant_store_finish:
 * @self: a grant
 * @result: what the callback got
 * @error: return location
 *
 * Errors: those of the store.
 *
 * Returns: whether it is kept
 */
gboolean
mcp_oauth_grant_store_finish (McpOauthGrant *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Renewal */

static void
emit_changed (McpOauthGrant *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* @error: (nullable) (transfer none) */
static void
finish (McpOauthGrant *self, const GError *error)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_pointer (&self->web, mcp_oauth_web_unref);
  emit_changed (self);
  for (guint i = 0; i < waiters->len; i++)
    {
      if (error == NULL)
        g_task_return_boolean (waiters->pdata[i], TRUE);
      else
        g_task_return_error (waiters->pdata[i], g_error_copy (error));
    }
}

static void
next_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  McpOauthGrant *self = MCP_OAUTH_GRANT (source);
  g_autoptr (GError) error = NULL;

  /* The old pair is worth nothing any more: the new one is used, if only until the daemon ends. */
  if (!mcp_oauth_grant_store_finish (self, result, &error))
    g_warning ("The renewed login for %s cannot be stored, and ends with the daemon: %s",
               self->deed->resource, error->message);
  if (!self->is_replaced)
    set_tokens (self, g_steal_pointer (&self->next));
  g_clear_pointer (&self->next, mcp_oauth_token_free);
  finish (self, NULL);
}

/* @tokens: (transfer full) */
static void
take_tokens (McpOauthGrant *self, McpOauthTokens *tokens)
{
  self->next = tokens;
  if (tokens->refresh_token == NULL)
    tokens->refresh_token = mcp_secret_text_new (self->deed->tokens->refresh_token);
  if (tokens->scope == NULL)
    tokens->scope = g_strdup (self->deed->tokens->scope);
  store_tokens (self, tokens, next_stored_cb, NULL);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (McpOauthGrant) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (McpOauthTokens) tokens = mcp_oauth_token_request_finish (result, &error);

  if (tokens != NULL && !self->is_replaced)
    take_tokens (self, g_steal_pointer (&tokens));
  else if (self->is_replaced)
    finish (self, NULL);
  else if (g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_LOST) && !self->has_lost)
    {
      self->has_lost = TRUE;
      ask (self);
    }
  else
    {
      self->is_spent = g_error_matches (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED);
      finish (self, error);
    }
}

static void
ask (McpOauthGrant *self)
{
  McpOauthEndpoint endpoint = { self->web, self->deed->token_endpoint, self->deed->issuer,
                                self->deed->client };
  g_autoptr (McpSecretString) form = mcp_secret_text_new_string (NULL);

  if (self->deed->is_machine)
    {
      mcp_oauth_text_add_field (form, "grant_type", "client_credentials");
      mcp_oauth_text_add_field (form, "scope", self->deed->scope);
    }
  else
    {
      mcp_oauth_text_add_field (form, "grant_type", "refresh_token");
      mcp_oauth_text_add_field (form, "refresh_token", self->deed->tokens->refresh_token);
    }
  mcp_oauth_text_add_field (form, "resource", self->deed->resource);
  mcp_oauth_token_request_async (&endpoint, form->str, answered_cb, g_object_ref (self));
}

/**
 * mcp_oauth_grant_refresh_async:
 * @self: a grant
 * @web: that of a server which uses it
 * @callback: (scope async): when there is a new token
 * @user_data: for @callback
 *
 * Renews the tokens. Whoever comes while that is under way waits for the same answer.
 */
void
mcp_oauth_grant_refresh_async (McpOauthGrant *self,
                               McpOauthWeb *web,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, mcp_oauth_grant_refresh_async);
  if (!mcp_oauth_grant_can_refresh (self))
    {
      self->is_spent = TRUE;
      emit_changed (self);
      g_task_return_new_error (task, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED,
                               "The login has ended");
      return;
    }
  g_ptr_array_add (self->waiters, g_steal_pointer (&task));
  if (self->web != NULL)
    return;
  self->web = mcp_oauth_web_ref (web);
  self->has_lost = self->is_replaced = FALSE;
  emit_changed (self);
  ask (self);
}

/**
 * mcp_oauth_grant_refresh_finish:
 * @self: a grant
 * @result: what the callback got
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_REFUSED where it is spent, %MCP_OAUTH_ERROR_LOST and
 * %MCP_OAUTH_ERROR_FAILED where it may yet be renewed.
 *
 * Returns: whether there is a new token
 */
gboolean
mcp_oauth_grant_refresh_finish (McpOauthGrant *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mcp_oauth_grant_take:
 * @self: a grant
 * @newer: another one of the same name, which a person gave just now; is of no use afterwards
 *
 * Takes the tokens of a new login, for all who use the grant already.
 */
void
mcp_oauth_grant_take (McpOauthGrant *self, McpOauthGrant *newer)
{
  g_return_if_fail (g_str_equal (self->name, newer->name));

  mcp_oauth_deed_free (self->deed);
  self->deed = g_steal_pointer (&newer->deed);
  set_tokens (self, g_steal_pointer (&self->deed->tokens));
  self->is_spent = FALSE;
  self->is_replaced = TRUE;
  emit_changed (self);
}

/**
 * mcp_oauth_grant_discard:
 * @self: a grant that is not kept any more
 *
 * What a renewal under way may yet bring is not stored.
 */
void
mcp_oauth_grant_discard (McpOauthGrant *self)
{
  self->is_spent = TRUE;
  self->is_replaced = TRUE;
}

/* What is known of it */

/**
 * mcp_oauth_grant_get_name:
 * @self: a grant
 *
 * Returns: (transfer none): its name in the store
 */
const char *
mcp_oauth_grant_get_name (McpOauthGrant *self)
{
  return self->name;
}

/**
 * mcp_oauth_grant_get_issuer:
 * @self: a grant
 *
 * Returns: (transfer none): who gives the tokens
 */
const char *
mcp_oauth_grant_get_issuer (McpOauthGrant *self)
{
  return self->deed->issuer;
}

/**
 * mcp_oauth_grant_get_redirect_uri:
 * @self: a grant
 *
 * Returns: (transfer none): where the browser came back to; empty where there was none
 */
const char *
mcp_oauth_grant_get_redirect_uri (McpOauthGrant *self)
{
  const char *uri = self->deed->client->redirect_uri;

  return uri != NULL ? uri : "";
}

/**
 * mcp_oauth_grant_get_scope:
 * @self: a grant
 *
 * Returns: (transfer none) (nullable): what was given, else what was asked for (RFC 6749 section
 *   5.1)
 */
const char *
mcp_oauth_grant_get_scope (McpOauthGrant *self)
{
  return self->deed->tokens->scope != NULL ? self->deed->tokens->scope : self->deed->scope;
}

/**
 * mcp_oauth_grant_get_token:
 * @self: a grant
 *
 * Returns: (transfer none): the token, good or not
 */
const char *
mcp_oauth_grant_get_token (McpOauthGrant *self)
{
  return self->deed->tokens->access_token;
}

/**
 * mcp_oauth_grant_get_expires_at:
 * @self: a grant
 *
 * Returns: UNIX time at which the token ends; 0: nobody said
 */
gint64
mcp_oauth_grant_get_expires_at (McpOauthGrant *self)
{
  return self->deed->tokens->expires_at;
}

/**
 * mcp_oauth_grant_is_fresh:
 * @self: a grant
 *
 * Returns: whether the token may be used without asking anybody
 */
gboolean
mcp_oauth_grant_is_fresh (McpOauthGrant *self)
{
  return !self->is_spent && self->web == NULL &&
         (self->deed->tokens->expires_at == 0 ||
          now () < self->deed->tokens->expires_at - self->early_seconds);
}

/**
 * mcp_oauth_grant_can_refresh:
 * @self: a grant
 *
 * Returns: whether it can be renewed without a person
 */
gboolean
mcp_oauth_grant_can_refresh (McpOauthGrant *self)
{
  return !self->is_spent && (self->deed->tokens->refresh_token != NULL || self->deed->is_machine);
}

/**
 * mcp_oauth_grant_get_asked:
 * @self: a grant
 *
 * Returns: (transfer none) (nullable): the scopes that were asked for
 */
const char *
mcp_oauth_grant_get_asked (McpOauthGrant *self)
{
  return self->deed->scope;
}

/**
 * mcp_oauth_grant_is_spent:
 * @self: a grant
 *
 * Returns: whether only a person can renew it
 */
gboolean
mcp_oauth_grant_is_spent (McpOauthGrant *self)
{
  return self->is_spent;
}

/**
 * mcp_oauth_grant_is_refreshing:
 * @self: a grant
 *
 * Returns: whether it is being renewed
 */
gboolean
mcp_oauth_grant_is_refreshing (McpOauthGrant *self)
{
  return self->web != NULL;
}

static void
mcp_oauth_grant_finalize (GObject *object)
{
  McpOauthGrant *self = MCP_OAUTH_GRANT (object);

  g_object_unref (self->store);
  g_free (self->name);
  g_clear_pointer (&self->deed, mcp_oauth_deed_free);
  g_clear_pointer (&self->next, mcp_oauth_token_free);
  g_clear_pointer (&self->web, mcp_oauth_web_unref);
  g_ptr_array_unref (self->waiters);

  G_OBJECT_CLASS (mcp_oauth_grant_parent_class)->finalize (object);
}

static void
mcp_oauth_grant_class_init (McpOauthGrantClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mcp_oauth_grant_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MCP_TYPE_OAUTH_GRANT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mcp_oauth_grant_init (McpOauthGrant *self)
{
  self->waiters = g_ptr_array_new_with_free_func (g_object_unref);
}
