/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpDbusService:
 *
 * Publishes a store, its sessions and the tools on a bus connection: the object
 * manager at /org/mcpsessiond and all below it. Main context only.
 */
#define MCP_TYPE_DBUS_SERVICE (mcp_dbus_service_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusService, mcp_dbus_service, MCP, DBUS_SERVICE, GObject)

McpDbusService *mcp_dbus_service_new (McpSessionStore *store, McpGateway *gateway);
void mcp_dbus_service_set_addresses (McpDbusService *self,
                                     const char *http_url,
                                     const char *socket_path);
void mcp_dbus_service_set_limits (McpDbusService *self, const McpLimits *limits);
gboolean
mcp_dbus_service_export (McpDbusService *self, GDBusConnection *connection, GError **error);
void mcp_dbus_service_unexport (McpDbusService *self);

G_END_DECLS
