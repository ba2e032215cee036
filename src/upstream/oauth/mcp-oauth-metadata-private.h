/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-web-private.h"

G_BEGIN_DECLS

/**
 * McpOauthMetadata:
 * @resource: what tokens are asked for (RFC 8707)
 * @scopes: (nullable): those that the metadata of the resource names, with spaces between them
 * @issuer: the authorization server, as it names itself
 * @authorization_endpoint: (nullable): where a browser goes
 * @token_endpoint: where codes and refresh tokens are changed for tokens
 * @registration_endpoint: (nullable): where clients register themselves (RFC 7591)
 * @device_endpoint: (nullable): where a device asks for a code (RFC 8628)
 * @auth_methods: (nullable): how clients may show who they are at the token endpoint
 * @has_pkce: S256 is offered
 * @has_iss: the browser brings `iss` back (RFC 9207)
 * @takes_documents: a client id may be the address of the client's metadata
 * @offers_offline: the scope `offline_access` is listed
 * @is_guessed: there is no metadata: the endpoints are those of MCP 2025-03-26
 *
 * What is known of a resource and its authorization server. Counted by reference.
 */
typedef struct
{
  char *resource;
  char *scopes;
  char *issuer;
  char *authorization_endpoint;
  char *token_endpoint;
  char *registration_endpoint;
  char *device_endpoint;
  char **auth_methods;
  gboolean has_pkce;
  gboolean has_iss;
  gboolean takes_documents;
  gboolean offers_offline;
  gboolean is_guessed;
} McpOauthMetadata;

McpOauthMetadata *mcp_oauth_metadata_new (void);
McpOauthMetadata *mcp_oauth_metadata_ref (McpOauthMetadata *self);
void mcp_oauth_metadata_unref (McpOauthMetadata *self);

char *mcp_oauth_metadata_build_resource (GUri *server);
char *mcp_oauth_metadata_build_origin (GUri *uri);
char **mcp_oauth_metadata_build_resource_addresses (GUri *server);
char **mcp_oauth_metadata_build_issuer_addresses (GUri *issuer);

gboolean mcp_oauth_metadata_take_resource (McpOauthMetadata *self,
                                           McpOauthWeb *web,
                                           const char *text,
                                           const char *wanted_issuer,
                                           GError **error);
gboolean mcp_oauth_metadata_take_issuer (McpOauthMetadata *self,
                                         McpOauthWeb *web,
                                         const char *text,
                                         gboolean is_derived,
                                         GError **error);
void mcp_oauth_metadata_guess (McpOauthMetadata *self, GUri *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthMetadata, mcp_oauth_metadata_unref)

G_END_DECLS
