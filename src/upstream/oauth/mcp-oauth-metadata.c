/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mcp-oauth-metadata-private.h"

#include "mcp-oauth-text-private.h"
#include "upstream/fetch/mcp-http-fetch.h"
#include "upstream/oauth/mcp-oauth-error.h"

#include <string.h>

#define RESOURCE_NAME "/.well-known/oauth-protected-resource"
#define OAUTH_NAME    "/.well-known/oauth-authorization-server"
#define OPENID_NAME   "/.well-known/openid-configuration"

/**
 * mcp_oauth_metadata_new:
 *
 * Returns: (transfer full): metadata in which nothing is known
 */
McpOauthMetadata *
mcp_oauth_metadata_new (void)
{
  return g_rc_box_new0 (McpOauthMetadata);
}

/**
 * mcp_oauth_metadata_ref:
 * @self: metadata
 *
 * Returns: (transfer full): @self
 */
McpOauthMetadata *
mcp_oauth_metadata_ref (McpOauthMetadata *self)
{
  return g_rc_box_acquire (self);
}

static void
mcp_oauth_metadata_clear (gpointer data)
{
  McpOauthMetadata *self = data;

  g_free (self->resource);
  g_free (self->scopes);
  g_free (self->issuer);
  g_free (self->authorization_endpoint);
  g_free (self->token_endpoint);
  g_free (self->registration_endpoint);
  g_free (self->device_endpoint);
  g_strfreev (self->auth_methods);
}

/**
 * mcp_oauth_metadata_unref:
 * @self: (transfer full): metadata
 */
void
mcp_oauth_metadata_unref (McpOauthMetadata *self)
{
  g_rc_box_release_full (self, mcp_oauth_metadata_clear);
}

/* The path of an address without a slash at its end. */
static char *
dup_path (GUri *uri)
{
  char *path = g_strdup (g_uri_get_path (uri));
  gsize length = strlen (path);

  while (length > 0 && path[length - 1] == '/')
    path[--length] = '\0';
  return path;
}

/* The port is written only where it is not the scheme's. */
static char *
join (GUri *uri, const char *path)
{
  int port = g_uri_get_port (uri);
  gboolean is_tls = strcmp (g_uri_get_scheme (uri), "https") == 0;
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (uri), -1);

  if (port == (is_tls ? 443 : 80))
    port = -1;
  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, host, port, path, NULL,
                     NULL);
}

/**
 * mcp_oauth_metadata_build_resource:
 * @server: the address of a server
 *
 * Returns: (transfer full): its canonical URI (MCP 2025-11-25, basic/authorization)
 */
char *
mcp_oauth_metadata_build_resource (GUri *server)
{
  g_autofree char *path = dup_path (server);

  return join (server, path);
}

/**
 * mcp_oauth_metadata_build_origin:
 * @uri: an address
 *
 * Returns: (transfer full): its scheme, host and port
 */
char *
mcp_oauth_metadata_build_origin (GUri *uri)
{
  return join (uri, "");
}

/**
 * mcp_oauth_metadata_build_resource_addresses:
 * @server: the address of a server
 *
 * Returns: (transfer full): where the metadata of the resource may be, in the order of asking
 *   (RFC 9728 section 3.1)
 */
char **
mcp_oauth_metadata_build_resource_addresses (GUri *server)
{
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  g_autofree char *path = dup_path (server);
  g_autofree char *inserted = g_strconcat (RESOURCE_NAME, path, NULL);
  g_autofree char *first = join (server, inserted);
  g_autofree char *second = join (server, RESOURCE_NAME);

  g_strv_builder_add (addresses, first);
  if (*path != '\0')
    g_strv_builder_add (addresses, second);
  return g_strv_builder_end (addresses);
}

/**
 * mcp_oauth_metadata_build_issuer_addresses:
 * @issuer: of an authorization server
 *
 * Returns: (transfer full): where its metadata may be, in the order of asking (MCP 2025-11-25,
 *   basic/authorization, “Authorization Server Metadata Discovery”)
 */
char **
mcp_oauth_metadata_build_issuer_addresses (GUri *issuer)
{
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  g_autofree char *path = dup_path (issuer);
  char *paths[] = { g_strconcat (OAUTH_NAME, path, NULL), g_strconcat (OPENID_NAME, path, NULL),
                    g_strconcat (path, OPENID_NAME, NULL) };
  gsize n = *path != '\0' ? 3 : 2;

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *own = paths[i];
      g_autofree char *address = join (issuer, own);

      if (i < n)
        g_strv_builder_add (addresses, address);
    }
  return g_strv_builder_end (addresses);
}

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, MCP_OAUTH_ERROR, MCP_OAUTH_ERROR_FAILED, text);
  return FALSE;
}

static gboolean
scan (const char *text, const char *what, McpJsonSlice *root, GError **error)
{
  g_autoptr (GError) scan_error = NULL;

  if (text != NULL && mcp_oauth_text_scan (text, root, &scan_error))
    return TRUE;
  return refuse (error, "The metadata of the %s cannot be read: %s", what,
                 scan_error != NULL ? scan_error->message : "It is no text");
}

/* RFC 9728 section 3.3; the server may name its parent, for which it speaks as well. */
static gboolean
is_resource_of (const char *resource, GUri *server)
{
  g_autoptr (GUri) uri = g_uri_parse (resource, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *path = NULL;
  g_autofree char *own = NULL;
  gsize length;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_fragment (uri) != NULL ||
      !mcp_http_fetch_is_same_origin (uri, server))
    return FALSE;
  path = dup_path (uri);
  own = dup_path (server);
  length = strlen (path);
  return strncmp (path, own, length) == 0 && (own[length] == '\0' || own[length] == '/');
}

static char *
choose_issuer (char **issuers, const char *wanted)
{
  if (issuers == NULL || issuers[0] == NULL)
    return NULL;
  if (wanted == NULL)
    return g_strdup (issuers[0]);
  return g_strv_contains ((const char *const *) issuers, wanted) ? g_strdup (wanted) : NULL;
}

/**
 * mcp_oauth_metadata_take_resource:
 * @self: metadata in which nothing is known
 * @web: that of the server
 * @text: (nullable): the metadata of the resource
 * @wanted_issuer: (nullable): the only authorization server that will do
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED.
 *
 * Returns: whether resource and issuer are known now
 */
gboolean
mcp_oauth_metadata_take_resource (McpOauthMetadata *self,
                                  McpOauthWeb *web,
                                  const char *text,
                                  const char *wanted_issuer,
                                  GError **error)
{
  McpJsonSlice root;
  g_autofree char *resource = NULL;
  g_auto (GStrv) issuers = NULL;
  g_auto (GStrv) scopes = NULL;
  g_autofree char *joined = NULL;

  if (!scan (text, "server", &root, error))
    return FALSE;
  resource = mcp_oauth_text_dup (root, "resource");
  if (resource == NULL || !is_resource_of (resource, mcp_oauth_web_get_server (web)))
    return refuse (error, "The metadata of the server is about another resource than the server");
  issuers = mcp_oauth_text_dup_list (root, "authorization_servers");
  self->issuer = choose_issuer (issuers, wanted_issuer);
  if (self->issuer == NULL)
    return refuse (error, wanted_issuer != NULL && issuers != NULL && issuers[0] != NULL
                              ? "The metadata of the server does not name the configured issuer; "
                                "look at “issuer” in the server's “oauth”"
                              : "The metadata of the server names no authorization server");

  scopes = mcp_oauth_text_dup_list (root, "scopes_supported");
  joined = scopes != NULL ? g_strjoinv (" ", scopes) : NULL;
  if (joined != NULL && mcp_oauth_text_is_scopes (joined))
    self->scopes = mcp_oauth_text_join_scopes (joined, NULL);
  self->resource = g_steal_pointer (&resource);
  return TRUE;
}

/* @address: (out) (nullable): none is no fault unless it @must be there */
static gboolean
take_endpoint (McpOauthWeb *web,
               McpJsonSlice root,
               const char *key,
               gboolean must,
               char **address,
               GError **error)
{
  g_autofree char *text = mcp_oauth_text_dup (root, key);
  g_autoptr (GUri) uri = NULL;

  if (text == NULL)
    return !must || refuse (error, "The metadata of the authorization server has no “%s”", key);
  uri = mcp_oauth_web_parse (web, text, error);
  if (uri == NULL)
    {
      g_prefix_error (error, "“%s” of the authorization server: ", key);
      return FALSE;
    }
  g_free (*address);
  *address = g_steal_pointer (&text);
  return TRUE;
}

/* Where the issuer was not named by anybody, but guessed, a slash at the end makes no other. */
static gboolean
is_issuer (const char *issuer, const char *wanted, gboolean is_derived)
{
  gsize length = strlen (wanted);

  if (strcmp (issuer, wanted) == 0)
    return TRUE;
  return is_derived && strncmp (issuer, wanted, length) == 0 && strcmp (issuer + length, "/") == 0;
}

static void
take_facts (McpOauthMetadata *self, McpJsonSlice root)
{
  g_auto (GStrv) challenges = mcp_oauth_text_dup_list (root, "code_challenge_methods_supported");
  g_auto (GStrv) scopes = mcp_oauth_text_dup_list (root, "scopes_supported");

  self->auth_methods = mcp_oauth_text_dup_list (root, "token_endpoint_auth_methods_supported");
  self->has_pkce = challenges != NULL && g_strv_contains ((const char *const *) challenges, "S256");
  self->offers_offline =
      scopes != NULL && g_strv_contains ((const char *const *) scopes, "offline_access");
  self->has_iss = mcp_oauth_text_get_flag (root, "authorization_response_iss_parameter_supported");
  self->takes_documents = mcp_oauth_text_get_flag (root, "client_id_metadata_document_supported");
}

/**
 * mcp_oauth_metadata_take_issuer:
 * @self: metadata with an issuer
 * @web: that of the server
 * @text: (nullable): the metadata of the authorization server
 * @is_derived: nobody has named the issuer: it is the server's origin
 * @error: return location
 *
 * Errors: %MCP_OAUTH_ERROR_FAILED, also where the document is another issuer's (RFC 8414 section
 * 3.3).
 *
 * Returns: whether everything is known now
 */
gboolean
mcp_oauth_metadata_take_issuer (McpOauthMetadata *self,
                                McpOauthWeb *web,
                                const char *text,
                                gboolean is_derived,
                                GError **error)
{
  McpJsonSlice root;
  g_autofree char *issuer = NULL;

  if (!scan (text, "authorization server", &root, error))
    return FALSE;
  issuer = mcp_oauth_text_dup (root, "issuer");
  if (issuer == NULL || !is_issuer (issuer, self->issuer, is_derived))
    return refuse (error, "The metadata at the authorization server is that of another issuer");
  if (!take_endpoint (web, root, "token_endpoint", TRUE, &self->token_endpoint, error) ||
      !take_endpoint (web, root, "authorization_endpoint", FALSE, &self->authorization_endpoint,
                      error) ||
      !take_endpoint (web, root, "registration_endpoint", FALSE, &self->registration_endpoint,
                      error) ||
      !take_endpoint (web, root, "device_authorization_endpoint", FALSE, &self->device_endpoint,
                      error))
    return FALSE;

  take_facts (self, root);
  g_free (self->issuer);
  self->issuer = g_steal_pointer (&issuer);
  return TRUE;
}

/**
 * mcp_oauth_metadata_guess:
 * @self: metadata with an issuer
 * @server: the address of the server
 *
 * Takes the endpoints that servers without metadata have (MCP 2025-03-26, basic/authorization,
 * “Fallbacks for Servers without Metadata Discovery”).
 */
void
mcp_oauth_metadata_guess (McpOauthMetadata *self, GUri *server)
{
  self->authorization_endpoint = join (server, "/authorize");
  self->token_endpoint = join (server, "/token");
  self->registration_endpoint = join (server, "/register");
  self->has_pkce = TRUE;
  self->is_guessed = TRUE;
}
