/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-oauth-flow-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpOauthFlows:
 *
 * The logins on their way. They are kept on disk, so that a restart of the daemon while a person
 * types a password does no harm. Main context only.
 */
typedef struct _McpOauthFlows McpOauthFlows;

McpOauthFlows *mcp_oauth_flows_new (const char *directory);
void mcp_oauth_flows_free (McpOauthFlows *self);
void mcp_oauth_flows_add_async (McpOauthFlows *self,
                                McpOauthFlow *flow,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean mcp_oauth_flows_add_finish (GAsyncResult *result, GError **error);
McpOauthFlow *mcp_oauth_flows_find (McpOauthFlows *self, const char *state);
McpOauthFlow *mcp_oauth_flows_find_of_server (McpOauthFlows *self, const char *server);
McpOauthFlow *mcp_oauth_flows_take (McpOauthFlows *self, const char *state);
void mcp_oauth_flows_drop_server (McpOauthFlows *self, const char *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpOauthFlows, mcp_oauth_flows_free)

G_END_DECLS
