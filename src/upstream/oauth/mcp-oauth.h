/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-config.h"
#include "upstream/oauth/mcp-oauth-error.h"
#include "upstream/oauth/mcp-oauth-listen.h"
#include "upstream/oauth/mcp-oauth-server.h"
#include "upstream/secrets/mcp-secret-store.h"

G_BEGIN_DECLS

/**
 * McpOauth:
 *
 * The logins to all configured servers. Main context only.
 *
 * Signals:
 *   changed (McpOauthServer *): the status of a server is another one
 *   granted (McpOauthServer *): a person has logged in
 *   needed (McpOauthServer *): a person must log in
 */
#define MCP_TYPE_OAUTH (mcp_oauth_get_type ())
G_DECLARE_FINAL_TYPE (McpOauth, mcp_oauth, MCP, OAUTH, GObject)

McpOauth *mcp_oauth_new (const char *directory, McpSecretStore *store);
void mcp_oauth_set_port (McpOauth *self, guint16 port);
void mcp_oauth_set_listener (McpOauth *self, McpOauthListenFunc listen, gpointer user_data);
void mcp_oauth_set_document (McpOauth *self, const char *address);
McpOauthServer *mcp_oauth_ensure_server (McpOauth *self, McpServerConfig *config);
McpOauthServer *mcp_oauth_lookup (McpOauth *self, const char *name);
void mcp_oauth_set_servers (McpOauth *self, GPtrArray *configs);

void mcp_oauth_complete_async (McpOauth *self,
                               const char *name,
                               const char *query,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
char *mcp_oauth_complete_finish (McpOauth *self, GAsyncResult *result, GError **error);
void mcp_oauth_logout_async (McpOauth *self,
                             const char *name,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean mcp_oauth_logout_finish (McpOauth *self, GAsyncResult *result, GError **error);

G_END_DECLS
