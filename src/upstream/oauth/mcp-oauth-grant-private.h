/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-deed-private.h"
#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

/**
 * McpOauthGrant:
 *
 * What a person has allowed: the tokens of one (issuer, resource, client), and the only place that
 * renews them. It is kept in the secret store, and written there before it is used.
 *
 *   VALID --- close to its end, or refused by the server ---> REFRESHING
 *     ^                                                         |   |
 *     '---- a new pair, stored -----------------------<---------'   |
 *                                                                   | the issuer says no, twice
 * lost SPENT <---------------------------------------------------------'
 *
 * However many wait for a refresh, the issuer is asked once. A SPENT grant needs a person.
 *
 * Signals:
 *   changed (): it is renewed, being renewed or spent
 */
#define MCP_TYPE_OAUTH_GRANT (mcp_oauth_grant_get_type ())
G_DECLARE_FINAL_TYPE (McpOauthGrant, mcp_oauth_grant, MCP, OAUTH_GRANT, GObject)

char *mcp_oauth_grant_build_name (const char *issuer, const char *resource, const char *client_id);
McpOauthGrant *mcp_oauth_grant_new (McpSecretStore *store, McpOauthDeed *deed);
void mcp_oauth_grant_load_async (McpSecretStore *store,
                                 const char *name,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
McpOauthGrant *
mcp_oauth_grant_load_finish (McpSecretStore *store, GAsyncResult *result, GError **error);
void
mcp_oauth_grant_store_async (McpOauthGrant *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mcp_oauth_grant_store_finish (McpOauthGrant *self, GAsyncResult *result, GError **error);
void mcp_oauth_grant_discard (McpOauthGrant *self);
void mcp_oauth_grant_take (McpOauthGrant *self, McpOauthGrant *newer);

const char *mcp_oauth_grant_get_name (McpOauthGrant *self);
const char *mcp_oauth_grant_get_issuer (McpOauthGrant *self);
const char *mcp_oauth_grant_get_redirect_uri (McpOauthGrant *self);
const char *mcp_oauth_grant_get_scope (McpOauthGrant *self);
const char *mcp_oauth_grant_get_token (McpOauthGrant *self);
gint64 mcp_oauth_grant_get_expires_at (McpOauthGrant *self);
gboolean mcp_oauth_grant_is_fresh (McpOauthGrant *self);
gboolean mcp_oauth_grant_can_refresh (McpOauthGrant *self);
const char *mcp_oauth_grant_get_asked (McpOauthGrant *self);
gboolean mcp_oauth_grant_is_spent (McpOauthGrant *self);
gboolean mcp_oauth_grant_is_refreshing (McpOauthGrant *self);
void mcp_oauth_grant_refresh_async (McpOauthGrant *self,
                                    McpOauthWeb *web,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean mcp_oauth_grant_refresh_finish (McpOauthGrant *self, GAsyncResult *result, GError **error);

G_END_DECLS
