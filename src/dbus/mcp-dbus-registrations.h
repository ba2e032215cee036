/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/**
 * McpDbusRegistrations:
 *
 * The apps that have registered over one connection of the daemon. A registration belongs to the
 * connection of its app, and ends with it. Main context only.
 */
#define MCP_TYPE_DBUS_REGISTRATIONS (mcp_dbus_registrations_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusRegistrations,
                      mcp_dbus_registrations,
                      MCP,
                      DBUS_REGISTRATIONS,
                      GObject)

McpDbusRegistrations *mcp_dbus_registrations_new (McpGateway *gateway);
void mcp_dbus_registrations_close (McpDbusRegistrations *self);
void mcp_dbus_registrations_add (McpDbusRegistrations *self,
                                 GDBusMethodInvocation *invocation,
                                 const char *name,
                                 const char *object_path,
                                 GVariant *options);
void mcp_dbus_registrations_remove (McpDbusRegistrations *self,
                                    GDBusMethodInvocation *invocation,
                                    const char *name);

G_END_DECLS
