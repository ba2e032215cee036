/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-client-private.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

void mcp_oauth_configured_find_async (McpSecretStore *store,
                                      McpServerConfig *config,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
McpOauthClient *mcp_oauth_configured_find_finish (GAsyncResult *result, GError **error);

G_END_DECLS
