/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-book-private.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/oauth/mcp-oauth-server.h"

G_BEGIN_DECLS

McpOauthServer *mcp_oauth_server_new (McpOauthBook *book, McpServerConfig *config);
gboolean mcp_oauth_server_is_of (McpOauthServer *self, McpServerConfig *config);
void mcp_oauth_server_complete_async (McpOauthServer *self,
                                      McpOauthFlow *flow,
                                      const char *code,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
mcp_oauth_server_complete_finish (McpOauthServer *self, GAsyncResult *result, GError **error);
void mcp_oauth_server_note_refused (McpOauthServer *self, const char *why);
void mcp_oauth_server_logout_async (McpOauthServer *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
mcp_oauth_server_logout_finish (McpOauthServer *self, GAsyncResult *result, GError **error);

G_END_DECLS
