/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/mcp-dbus-watcher.h"
#include "gateway/api/mcp-gateway.h"
#include "mcp-gen.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpDbusSession:
 *
 * One session as an object on the bus: its methods and properties. Main context only.
 */
#define MCP_TYPE_DBUS_SESSION (mcp_dbus_session_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusSession, mcp_dbus_session, MCP, DBUS_SESSION, McpGenSession1Skeleton)

McpDbusSession *mcp_dbus_session_new (McpSessionStore *store,
                                      McpGateway *gateway,
                                      McpSession *session,
                                      McpDbusWatcher *watcher);
char *mcp_dbus_session_build_path (const char *session_id);

G_END_DECLS
