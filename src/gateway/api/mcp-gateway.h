/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-attachment.h"
#include "session/history/mcp-call-history.h"
#include "session/store/mcp-attachment-keep.h"
#include "session/store/mcp-grant-keep.h"
#include "session/store/mcp-session-store.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpGateway:
 *
 * Routes what MCP clients and desktop programs ask in a session to the upstream
 * servers, and what those report to the caller and to the session's watchers.
 * It follows the store: when a session goes, its attachments, calls and
 * processes go. Main context only.
 *
 * Signals:
 *   tools-changed (const char *provider, char **added, char **removed, char **changed):
 *     the tools of a server are not what they were
 *   provider-changed (const char *provider, GVariant *what): how a server is described is not what
 *     it was; an a{sv} of the keys that have other values now: empty or 0 for what is gone, `entry`
 *     “removed” alone for a server that is gone
 *
 *   question-added (GVariant *question): a tool call waits for its owner's word; the question is
 *     an element of mcp_gateway_consent_list()
 *
 *   question-removed (const char *id, const char *answer): the question no longer waits
 *
 *   call-ended (const char *tool, const char *server, const char *state, gint64 duration_us, const
 *     char *failure): a tool call has ended; failure is empty, but where the server is to blame
 */
#define MCP_TYPE_GATEWAY (mcp_gateway_get_type ())
G_DECLARE_FINAL_TYPE (McpGateway, mcp_gateway, MCP, GATEWAY, GObject)

/**
 * McpCallOptions:
 * @timeout_ms: without an answer or progress; 0: the provider's, else the daemon's default
 * @progress_token: (nullable): as the caller chose it, x, t or s
 * @client: (nullable): who calls, for the history
 * @pid: the process that calls; 0: not known
 */
typedef struct
{
  guint timeout_ms;
  GVariant *progress_token;
  const char *client;
  pid_t pid;
} McpCallOptions;

/**
 * McpLoginWay:
 * @MCP_LOGIN_WAY_ADDRESS: somebody else brings a person to the page
 * @MCP_LOGIN_WAY_BROWSER: a browser is opened here
 * @MCP_LOGIN_WAY_DEVICE: a person enters a code on another device, where the authorization server
 * lets them; else as %MCP_LOGIN_WAY_ADDRESS
 */
typedef enum
{
  MCP_LOGIN_WAY_ADDRESS,
  MCP_LOGIN_WAY_BROWSER,
  MCP_LOGIN_WAY_DEVICE,
} McpLoginWay;

/**
 * McpCallbackListenFunc:
 * @port: a port of this machine
 * @user_data: of whoever serves HTTP
 *
 * Has the daemon serve one more port, for browsers that come back from a login.
 *
 * Returns: whether it does
 */
typedef gboolean (*McpCallbackListenFunc) (guint16 port, gpointer user_data);

/**
 * McpPageOpenedFunc:
 * @error: (nullable): why no browser was opened; %NULL: one was
 * @user_data: data
 */
typedef void (*McpPageOpenedFunc) (const GError *error, gpointer user_data);

/**
 * McpOpenPageFunc:
 * @address: https, or this machine
 * @done: called once, perhaps before this returns
 * @done_data: for @done
 * @user_data: of whoever can open browsers
 *
 * Opens a browser.
 */
typedef void (*McpOpenPageFunc) (const char *address,
                                 McpPageOpenedFunc done,
                                 gpointer done_data,
                                 gpointer user_data);

McpGateway *
mcp_gateway_new (McpSessionStore *store, const McpLimits *limits, const char *keeper_path);
void mcp_gateway_set_secrets (McpGateway *self, const char *directory);
void mcp_gateway_set_path (McpGateway *self, const char *path);
void mcp_gateway_set_bus (McpGateway *self, GDBusConnection *connection);
void mcp_gateway_set_cgroup (McpGateway *self, const char *cgroup);
void mcp_gateway_set_cache (McpGateway *self, const char *directory);
gboolean mcp_gateway_load_tool_prints (McpGateway *self, const char *path, GError **error);
void mcp_gateway_set_limits (McpGateway *self, const McpLimits *limits);
void mcp_gateway_set_list_patience (McpGateway *self, guint first_ms);
void mcp_gateway_set_max_name (McpGateway *self, guint max_name);
void mcp_gateway_set_left_out (McpGateway *self, GPtrArray *left_out);
void mcp_gateway_set_call_timeout (McpGateway *self, guint timeout_ms);
void mcp_gateway_set_attachment_keep (McpGateway *self, McpAttachmentKeep *keep);
void mcp_gateway_set_grant_keep (McpGateway *self, McpGrantKeep *keep);
void mcp_gateway_set_history (McpGateway *self, McpCallHistory *history);
McpCallHistory *mcp_gateway_get_history (McpGateway *self);
void mcp_gateway_set_servers (McpGateway *self, GPtrArray *configs);

/* Attachments of a gateway. */
McpAttachment *mcp_gateway_attach (McpGateway *self,
                                   McpSession *session,
                                   const char *server,
                                   gboolean owns_session,
                                   GError **error);
gboolean mcp_gateway_has_server (McpGateway *self, const char *name);
gboolean mcp_gateway_can_share (McpGateway *self, McpSession *session, const char *server);
McpAttachment *mcp_gateway_attach_exchange (McpGateway *self,
                                            McpSession *session,
                                            const char *server,
                                            McpJsonrpcMessage *message,
                                            GHashTable *param_headers);
McpAttachment *mcp_gateway_lookup_attachment (McpGateway *self, const char *attachment_id);
McpAttachment *
mcp_gateway_get_default_attachment (McpGateway *self, McpSession *session, const char *server);
void mcp_gateway_detach (McpGateway *self, McpAttachment *attachment);

/* For callers that speak no MCP (the bus): JSON in, JSON out. */
void mcp_gateway_list_tools_async (McpGateway *self,
                                   McpSession *session,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GBytes *mcp_gateway_list_tools_finish (McpGateway *self, GAsyncResult *result, GError **error);
void mcp_gateway_call_tool_async (McpGateway *self,
                                  McpSession *session,
                                  const char *name,
                                  const char *arguments_json,
                                  const McpCallOptions *options,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
GBytes *mcp_gateway_call_tool_finish (McpGateway *self, GAsyncResult *result, GError **error);

/* One aa{sv} entry a configured server: name, state, processes, restarts, last-error. */
GVariant *mcp_gateway_describe_providers (McpGateway *self);
/* The same with memory and cpu-seconds of the processes. */
void mcp_gateway_measure_providers_async (McpGateway *self,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
GVariant *
mcp_gateway_measure_providers_finish (McpGateway *self, GAsyncResult *result, GError **error);

/* What pinned servers have that is new or has changed: a JSON array; and taking it, if it is still
 * the same. */
char *mcp_gateway_build_held_tools (McpGateway *self, const char *provider, GError **error);
gboolean
mcp_gateway_accept_tools (McpGateway *self, const char *provider, const char *held, GError **error);

/* Logins to servers. */
void mcp_gateway_set_callback_port (McpGateway *self, guint16 port);
void mcp_gateway_set_callback_listener (McpGateway *self,
                                        McpCallbackListenFunc listen,
                                        gpointer user_data);
void mcp_gateway_set_client_document (McpGateway *self, const char *address);
void mcp_gateway_set_opener (McpGateway *self, McpOpenPageFunc open, gpointer user_data);
void mcp_gateway_login_async (McpGateway *self,
                              const char *name,
                              McpLoginWay way,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
char *mcp_gateway_login_finish (McpGateway *self,
                                GAsyncResult *result,
                                guint *seconds_left,
                                char **user_code,
                                gboolean *is_opened,
                                GError **error);
void mcp_gateway_complete_login_async (McpGateway *self,
                                       const char *name,
                                       const char *answer,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
char *mcp_gateway_complete_login_finish (McpGateway *self, GAsyncResult *result, GError **error);
void mcp_gateway_logout_async (McpGateway *self,
                               const char *name,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean mcp_gateway_logout_finish (McpGateway *self, GAsyncResult *result, GError **error);

void mcp_gateway_close_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean mcp_gateway_close_finish (McpGateway *self, GAsyncResult *result, GError **error);

G_END_DECLS
