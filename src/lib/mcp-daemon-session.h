/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-progress.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpDaemonSession:
 *
 * One session of the daemon: an AI client at work, or a script. Main context in which its
 * [class@McpSession.Daemon] was made.
 */
#define MCP_TYPE_DAEMON_SESSION (mcp_daemon_session_get_type ())
G_DECLARE_FINAL_TYPE (McpDaemonSession, mcp_daemon_session, MCP, DAEMON_SESSION, GObject)

const char *mcp_daemon_session_get_id (McpDaemonSession *self);
char *mcp_daemon_session_dup_label (McpDaemonSession *self);
char *mcp_daemon_session_dup_cwd (McpDaemonSession *self);
guint mcp_daemon_session_get_calls_in_flight (McpDaemonSession *self);
gboolean mcp_daemon_session_is_closed (McpDaemonSession *self);

void mcp_daemon_session_publish_async (McpDaemonSession *self,
                                       McpProgress *progress,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
mcp_daemon_session_publish_finish (McpDaemonSession *self, GAsyncResult *result, GError **error);
void mcp_daemon_session_close_async (McpDaemonSession *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean
mcp_daemon_session_close_finish (McpDaemonSession *self, GAsyncResult *result, GError **error);
void mcp_daemon_session_list_tools_async (McpDaemonSession *self,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);
char *
mcp_daemon_session_list_tools_finish (McpDaemonSession *self, GAsyncResult *result, GError **error);
void mcp_daemon_session_call_tool_async (McpDaemonSession *self,
                                         const char *name,
                                         const char *arguments_json,
                                         guint timeout_seconds,
                                         GCancellable *cancellable,
                                         McpProgressCallback progress_callback,
                                         gpointer progress_data,
                                         GDestroyNotify progress_destroy,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
char *
mcp_daemon_session_call_tool_finish (McpDaemonSession *self, GAsyncResult *result, GError **error);

G_END_DECLS
