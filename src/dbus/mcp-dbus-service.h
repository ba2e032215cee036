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

/**
 * McpDbusExportedFunc:
 * @is_exported: whether all is on the bus; %FALSE: it was taken off before that
 * @user_data: as it was given
 */
typedef void (*McpDbusExportedFunc) (gboolean is_exported, gpointer user_data);

McpDbusService *mcp_dbus_service_new (McpSessionStore *store, McpGateway *gateway);
void mcp_dbus_service_set_addresses (McpDbusService *self,
                                     const char *http_url,
                                     const char *socket_path);
void mcp_dbus_service_set_limits (McpDbusService *self, const McpLimits *limits);
gboolean
mcp_dbus_service_export (McpDbusService *self, GDBusConnection *connection, GError **error);
gboolean mcp_dbus_service_export_by_steps (McpDbusService *self,
                                           GDBusConnection *connection,
                                           McpDbusExportedFunc exported,
                                           gpointer user_data,
                                           GError **error);
gboolean mcp_dbus_service_is_exported_on (McpDbusService *self, GDBusConnection *connection);
void mcp_dbus_service_unexport (McpDbusService *self);

G_END_DECLS
