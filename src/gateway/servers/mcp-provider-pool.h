/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-limits.h"
#include "gateway/servers/mcp-answer-account.h"
#include "gateway/servers/mcp-provider-lease.h"
#include "gateway/servers/mcp-server-log.h"
#include "protocol/mcp-revision.h"
#include "session/session/mcp-session.h"
#include "upstream/config/mcp-server-config.h"
#include "upstream/oauth/mcp-oauth.h"

G_BEGIN_DECLS

/**
 * McpProviderPool:
 *
 * The providers (connections to servers) of all sessions: one for each configured server and
 * scope, made at its first use and closed when no session can use it any more. The pool owns
 * an #McpPoolEntry for each; what lives as long as the server is configured is in an
 * #McpServerRecord. Main context only.
 *
 * Signals:
 *   ready (McpServerConfig *, McpProvider *): a process of that server has started
 *     and answered
 *   status-changed (): mcp_provider_pool_get_status() may say something else of a server
 *   start-said (McpServerConfig *, McpProvider *, const char *): a line that the server said to
 *     people while it starts
 *   notification (McpServerConfig *, McpProvider *, McpJsonrpcMessage *): that server sent a
 *     notification that belongs to no request
 */
#define MCP_TYPE_PROVIDER_POOL (mcp_provider_pool_get_type ())
G_DECLARE_FINAL_TYPE (McpProviderPool, mcp_provider_pool, MCP, PROVIDER_POOL, GObject)

/**
 * McpProviderFactory:
 * @config: which server
 * @cwd: where it runs
 * @limits: what it may send
 * @timeout_ms: of a request that names none
 *
 * Returns: (transfer full): a provider that has not been started
 */
typedef McpProvider *(*McpProviderFactory) (McpServerConfig *config,
                                            const char *cwd,
                                            const McpLimits *limits,
                                            guint timeout_ms,
                                            gpointer user_data);

/**
 * McpServerStatus:
 * @n_processes: how many run, start, or are being closed
 * @n_starting: how many of these start
 * @n_restarts: how often a provider started again after it had run
 * @revision: what the server was last spoken to in; %MCP_REVISION_UNKNOWN: it was never ready
 * @last_error: (nullable) (transfer none): the last failure
 * @last_line: (nullable) (transfer none): what the server last said to people
 * @peer: (nullable) (transfer none): who is behind one of them, where the bus tells
 */
typedef struct
{
  guint n_processes;
  guint n_starting;
  guint n_restarts;
  McpRevision revision;
  const char *last_error;
  const char *last_line;
  const McpServerPeer *peer;
} McpServerStatus;

McpProviderPool *mcp_provider_pool_new (McpProviderFactory factory,
                                        gpointer factory_data,
                                        GDestroyNotify factory_destroy,
                                        const McpLimits *limits);
McpAnswerAccount *mcp_provider_pool_get_answers (McpProviderPool *self);
void mcp_provider_pool_set_limits (McpProviderPool *self, const McpLimits *limits);
void mcp_provider_pool_set_timeout (McpProviderPool *self, guint timeout_ms);
void mcp_provider_pool_set_servers (McpProviderPool *self, GPtrArray *configs);
McpProviderLease *mcp_provider_pool_acquire (McpProviderPool *self,
                                             McpServerConfig *config,
                                             McpSession *session,
                                             GError **error);
McpProviderLease *mcp_provider_pool_acquire_running (McpProviderPool *self, McpProvider *provider);
gboolean
mcp_provider_pool_is_used_by (McpProviderPool *self, McpProvider *provider, const char *session_id);
gboolean mcp_provider_pool_is_starting (McpProviderPool *self,
                                        const char *server_name,
                                        const char *session_id);
GPtrArray *mcp_provider_pool_dup_running (McpProviderPool *self, const char *session_id);
GPtrArray *mcp_provider_pool_dup_providers (McpProviderPool *self);
void mcp_provider_pool_drop_session (McpProviderPool *self, const char *session_id);
void mcp_provider_pool_restart (McpProviderPool *self, const char *server_name);
void mcp_provider_pool_get_status (McpProviderPool *self,
                                   const char *server_name,
                                   McpServerStatus *status);
McpServerLog *mcp_provider_pool_get_log (McpProviderPool *self, const char *server_name);
void mcp_provider_pool_close_async (McpProviderPool *self,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean
mcp_provider_pool_close_finish (McpProviderPool *self, GAsyncResult *result, GError **error);
void mcp_provider_pool_set_oauth (McpProviderPool *self, McpOauth *oauth);
McpOauthServer *mcp_provider_pool_find_login (McpProviderPool *self, const char *server_name);

G_END_DECLS
