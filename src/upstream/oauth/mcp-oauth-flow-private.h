/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-client-private.h"

G_BEGIN_DECLS

/**
 * McpOauthFlow:
 * @state: what the browser brings back; used once
 * @server: name of the server that a person logs in to
 * @verifier: PKCE: proves that the code was asked for here
 * @issuer: the only one that may answer
 * @has_iss: that issuer always says who it is
 * @token_endpoint: where the code is changed for tokens
 * @resource: what for
 * @scope: (nullable): what was asked for
 * @address: where the browser is sent
 * @client: (owned): who asks
 * @registration: (nullable): name of the client in the secret store, where it was registered
 * @created_at: UNIX time
 * @device_code: (nullable): what to ask with whether a person has entered @user_code
 * @user_code: (nullable): what a person enters at @address
 * @interval: seconds between two such questions
 *
 * A login on its way: a browser was sent to an authorization server, and is to come back. Counted
 * by reference.
 */
typedef struct
{
  char *state;
  char *server;
  char *verifier;
  char *issuer;
  gboolean has_iss;
  char *token_endpoint;
  char *resource;
  char *scope;
  char *address;
  McpOauthClient *client;
  char *registration;
  gint64 created_at;
  char *device_code;
  char *user_code;
  guint interval;
} McpOauthFlow;

/* How long a browser may take. */
#define MCP_OAUTH_FLOW_SECONDS 600

McpOauthFlow *mcp_oauth_flow_new (const McpOauthMetadata *metadata,
                                  const char *server,
                                  McpOauthClient *client,
                                  const char *scope,
                                  GError **error);
McpOauthFlow *mcp_oauth_flow_ref (McpOauthFlow *self);
void mcp_oauth_flow_unref (McpOauthFlow *self);
gint64 mcp_oauth_flow_get_seconds_left (const McpOauthFlow *self);
char *mcp_oauth_flow_to_json (const McpOauthFlow *self);
McpOauthFlow *mcp_oauth_flow_from_json (McpJsonSlice object);
char *mcp_oauth_flow_read_answer (const McpOauthFlow *self, GHashTable *fields, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthFlow, mcp_oauth_flow_unref)

G_END_DECLS
