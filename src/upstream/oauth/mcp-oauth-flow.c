/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-flow-private.h"

#include "mcp-oauth-text-private.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

/* A clock that ran ahead is set right by so much while a browser is away. */
#define CORRECTION_SECONDS 60

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* The address may have a query of its own, which stays (RFC 6749 section 3.1). */
static char *
build_address (const McpOauthFlow *self, const McpOauthMetadata *metadata, const char *challenge)
{
  g_autoptr (GString) query = g_string_new (NULL);
  const char *endpoint = metadata->authorization_endpoint;

  mcp_oauth_text_add_field (query, "response_type", "code");
  mcp_oauth_text_add_field (query, "client_id", self->client->id);
  mcp_oauth_text_add_field (query, "redirect_uri", self->client->redirect_uri);
  mcp_oauth_text_add_field (query, "code_challenge", challenge);
  mcp_oauth_text_add_field (query, "code_challenge_method", "S256");
  mcp_oauth_text_add_field (query, "state", self->state);
  mcp_oauth_text_add_field (query, "scope", self->scope);
  mcp_oauth_text_add_field (query, "resource", self->resource);
  /* OpenID Connect Core section 11 */
  if (mcp_oauth_text_has_scopes (self->scope, "offline_access"))
    mcp_oauth_text_add_field (query, "prompt", "consent");
  return g_strconcat (endpoint, strchr (endpoint, '?') != NULL ? "&" : "?", query->str, NULL);
}

/**
 * mcp_oauth_flow_new:
 * @metadata: of server and authorization server
 * @server: name of the server
 * @client: who asks
 * @scope: (nullable): what for, with spaces between
 * @error: return location
 *
 * Errors: those of getrandom(), as #GIOErrorEnum.
 *
 * Returns: (transfer full) (nullable): a login with an address for a browser
 */
McpOauthFlow *
mcp_oauth_flow_new (const McpOauthMetadata *metadata,
                    const char *server,
                    McpOauthClient *client,
                    const char *scope,
                    GError **error)
{
  g_autofree char *state = mcp_oauth_text_new_random (error);
  g_autofree char *verifier = state != NULL ? mcp_oauth_text_new_random (error) : NULL;
  g_autofree char *challenge = NULL;
  McpOauthFlow *self;

  if (verifier == NULL)
    return NULL;
  challenge = mcp_oauth_text_build_challenge (verifier);
  self = g_rc_box_new0 (McpOauthFlow);
  self->state = g_steal_pointer (&state);
  self->verifier = g_steal_pointer (&verifier);
  self->server = g_strdup (server);
  self->issuer = g_strdup (metadata->issuer);
  self->has_iss = metadata->has_iss;
  self->token_endpoint = g_strdup (metadata->token_endpoint);
  self->resource = g_strdup (metadata->resource);
  self->scope = g_strdup (scope);
  self->client = mcp_oauth_client_ref (client);
  self->created_at = now ();
  self->address = build_address (self, metadata, challenge);
  return self;
}

/**
 * mcp_oauth_flow_ref:
 * @self: a login
 *
 * Returns: (transfer full): @self
 */
McpOauthFlow *
mcp_oauth_flow_ref (McpOauthFlow *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_flow_clear (gpointer data)
{
  McpOauthFlow *self = data;

  g_free (self->state);
  g_free (self->server);
  g_free (self->verifier);
  g_free (self->issuer);
  g_free (self->token_endpoint);
  g_free (self->resource);
  g_free (self->scope);
  g_free (self->address);
  g_free (self->registration);
  g_free (self->device_code);
  g_free (self->user_code);
  g_clear_pointer (&self->client, mcp_oauth_client_unref);
}

/**
 * mcp_oauth_flow_unref:
 * @self: (transfer full): a login
 */
void
mcp_oauth_flow_unref (McpOauthFlow *self)
{
  g_rc_box_release_full (self, mcp_oauth_flow_clear);
}

/**
 * mcp_oauth_flow_get_seconds_left:
 * @self: a login
 *
 * Returns: how long its browser may yet take; 0: it comes too late. A clock that was set back makes
 *   no login longer, beyond the moment by which a clock is corrected.
 */
gint64
mcp_oauth_flow_get_seconds_left (const McpOauthFlow *self)
{
  gint64 age = now () - self->created_at;

  if (age < -CORRECTION_SECONDS || age >= MCP_OAUTH_FLOW_SECONDS)
    return 0;
  return MCP_OAUTH_FLOW_SECONDS - MAX (age, 0);
}

/**
 * mcp_oauth_flow_to_json:
 * @self: a login
 *
 * Returns: (transfer full): a JSON object; the secret of the client is not in it
 */
char *
mcp_oauth_flow_to_json (const McpOauthFlow *self)
{
  GString *json = g_string_new ("{");

  mcp_oauth_text_append (json, "state", self->state);
  mcp_oauth_text_append (json, "server", self->server);
  mcp_oauth_text_append (json, "verifier", self->verifier);
  mcp_oauth_text_append (json, "issuer", self->issuer);
  mcp_oauth_text_append_number (json, "has_iss", self->has_iss);
  mcp_oauth_text_append (json, "token_endpoint", self->token_endpoint);
  mcp_oauth_text_append (json, "resource", self->resource);
  mcp_oauth_text_append (json, "scope", self->scope);
  mcp_oauth_text_append (json, "address", self->address);
  mcp_oauth_text_append (json, "registration", self->registration);
  mcp_oauth_text_append (json, "client_id", self->client->id);
  mcp_oauth_text_append (json, "method", self->client->method);
  mcp_oauth_text_append (json, "redirect_uri", self->client->redirect_uri);
  mcp_oauth_text_append_number (json, "created_at", self->created_at);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static gboolean
is_whole (const McpOauthFlow *self)
{
  return self->state != NULL && self->server != NULL && self->verifier != NULL &&
         self->issuer != NULL && self->token_endpoint != NULL && self->resource != NULL &&
         self->address != NULL && self->client->id != NULL && self->client->method != NULL;
}

/**
 * mcp_oauth_flow_from_json:
 * @object: what mcp_oauth_flow_to_json() made
 *
 * Returns: (transfer full) (nullable): the login; %NULL: it is none
 */
McpOauthFlow *
mcp_oauth_flow_from_json (McpJsonSlice object)
{
  g_autoptr (McpOauthFlow) self = g_rc_box_new0 (McpOauthFlow);
  g_autofree char *client_id = mcp_oauth_text_dup (object, "client_id");
  g_autofree char *method = mcp_oauth_text_dup (object, "method");
  g_autofree char *redirect_uri = mcp_oauth_text_dup (object, "redirect_uri");

  self->client = mcp_oauth_client_new (client_id, NULL, NULL, method, redirect_uri);
  self->state = mcp_oauth_text_dup (object, "state");
  self->server = mcp_oauth_text_dup (object, "server");
  self->verifier = mcp_oauth_text_dup (object, "verifier");
  self->issuer = mcp_oauth_text_dup (object, "issuer");
  self->has_iss = mcp_oauth_text_get_number (object, "has_iss") != 0;
  self->token_endpoint = mcp_oauth_text_dup (object, "token_endpoint");
  self->resource = mcp_oauth_text_dup (object, "resource");
  self->scope = mcp_oauth_text_dup (object, "scope");
  self->address = mcp_oauth_text_dup (object, "address");
  self->registration = mcp_oauth_text_dup (object, "registration");
  self->created_at = mcp_oauth_text_get_number (object, "created_at");
  return is_whole (self) ? g_steal_pointer (&self) : NULL;
}

/* RFC 9207 section 2.4, and MCP 2026-07-28: as plain strings, and before anything else is looked
 * at, errors included. */
static gboolean
check_iss (const McpOauthFlow *self, const char *iss, GError **error)
{
  if (iss == NULL && !self->has_iss)
    return TRUE;
  if (iss != NULL && strcmp (iss, self->issuer) == 0)
    return TRUE;
  g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED,
                       iss == NULL ? "The browser came back without the name of the authorization "
                                     "server, which that server always says"
                                   : "The browser came back from another authorization server than "
                                     "it was sent to");
  return FALSE;
}

/**
 * mcp_oauth_flow_read_answer:
 * @self: a login
 * @fields: (element-type utf8 utf8): what the browser brings
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_REFUSED. What the server says is quoted only where it is known to be
 * that server.
 *
 * Returns: (transfer full) (nullable): the code
 */
char *
mcp_oauth_flow_read_answer (const McpOauthFlow *self, GHashTable *fields, GError **error)
{
  const char *code = g_hash_table_lookup (fields, "code");
  const char *problem = g_hash_table_lookup (fields, "error");
  const char *description = g_hash_table_lookup (fields, "error_description");
  g_autofree char *quoted = NULL;

  if (!check_iss (self, g_hash_table_lookup (fields, "iss"), error))
    return NULL;
  if (problem == NULL && code != NULL && *code != '\0')
    return g_strdup (code);

  quoted = mcp_oauth_text_quote (description != NULL ? description
                                                     : (problem != NULL ? problem : "no code"));
  g_set_error (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_REFUSED,
               "The authorization server did not allow it: %s", quoted);
  return NULL;
}
