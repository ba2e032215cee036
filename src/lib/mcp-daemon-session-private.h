/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-daemon-session.h"

G_BEGIN_DECLS

McpDaemonSession *mcp_daemon_session_new (GDBusProxy *proxy);
void
mcp_daemon_session_take_signal (McpDaemonSession *self, const char *signal, GVariant *parameters);
void mcp_daemon_session_take_gone (McpDaemonSession *self);

G_END_DECLS
