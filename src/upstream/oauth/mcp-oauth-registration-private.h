/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-client-private.h"
#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

char *mcp_oauth_registration_build_name (const char *issuer, const char *redirect_uri);
void mcp_oauth_registration_load_async (McpSecretStore *store,
                                        const char *name,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
McpOauthClient *
mcp_oauth_registration_load_finish (McpSecretStore *store, GAsyncResult *result, GError **error);
void mcp_oauth_registration_get_async (McpSecretStore *store,
                                       McpOauthWeb *web,
                                       McpOauthMetadata *metadata,
                                       const char *redirect_uri,
                                       const char *scope,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
McpOauthClient *
mcp_oauth_registration_get_finish (McpSecretStore *store, GAsyncResult *result, GError **error);

G_END_DECLS
