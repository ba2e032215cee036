/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/mcp-dbus-pump.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpDbusWatcher:
 *
 * Signals what happens in one session: its events, on its object and the
 * store's, how many were missed, its properties that change, and its end. It is
 * one bounded subscriber of the session. Main context only.
 */
#define MCP_TYPE_DBUS_WATCHER (mcp_dbus_watcher_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusWatcher, mcp_dbus_watcher, MCP, DBUS_WATCHER, GObject)

McpDbusWatcher *mcp_dbus_watcher_new (McpDbusPump *pump, McpSession *session, const char *path);
extern const McpDbusPumpFuncs mcp_dbus_watcher_pump_funcs;
void mcp_dbus_watcher_emit_all_async (McpDbusWatcher *self,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void mcp_dbus_watcher_emit_all_finish (McpDbusWatcher *self, GAsyncResult *result);
void mcp_dbus_watcher_emit_closed (McpDbusWatcher *self);
void mcp_dbus_watcher_stop (McpDbusWatcher *self);

G_END_DECLS
