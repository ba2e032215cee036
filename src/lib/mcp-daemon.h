/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-daemon-session.h"

G_BEGIN_DECLS

/**
 * McpDaemon:
 *
 * The daemon of this user, seen over the session bus: a [iface@Gio.ListModel] of its sessions
 * ([class@McpSession.DaemonSession]). The model is empty while the daemon does not run, and fills
 * itself again when the daemon comes back. Main context in which the object was made.
 */
#define MCP_TYPE_DAEMON (mcp_daemon_get_type ())
G_DECLARE_FINAL_TYPE (McpDaemon, mcp_daemon, MCP, DAEMON, GObject)

void mcp_daemon_new_async (GDBusConnection *connection,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
McpDaemon *mcp_daemon_new_finish (GAsyncResult *result, GError **error);
gboolean mcp_daemon_is_running (McpDaemon *self);
McpDaemonSession *mcp_daemon_find_session (McpDaemon *self, const char *session_id);
void mcp_daemon_create_session_async (McpDaemon *self,
                                      const char *cwd,
                                      const char *label,
                                      const char *const *allowed_tools,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
McpDaemonSession *mcp_daemon_create_session_finish (McpDaemon *self,
                                                    GAsyncResult *result,
                                                    char **token,
                                                    GError **error);

G_END_DECLS
