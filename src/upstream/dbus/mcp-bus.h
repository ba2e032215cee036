/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpBus:
 *
 * The session bus, which comes and goes while the daemon runs. Main context only.
 *
 * Signals:
 *   notify::connection
 */
#define MCP_TYPE_BUS (mcp_bus_get_type ())
G_DECLARE_FINAL_TYPE (McpBus, mcp_bus, MCP, BUS, GObject)

McpBus *mcp_bus_new (void);
void mcp_bus_set_connection (McpBus *self, GDBusConnection *connection);
GDBusConnection *mcp_bus_get_connection (McpBus *self);

G_END_DECLS
