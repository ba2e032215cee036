/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpDbusObjects:
 *
 * Answers GetManagedObjects in the place of a #GDBusObjectManagerServer. Main context only.
 */
#define MCP_TYPE_DBUS_OBJECTS (mcp_dbus_objects_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusObjects, mcp_dbus_objects, MCP, DBUS_OBJECTS, GObject)

McpDbusObjects *mcp_dbus_objects_new (GDBusConnection *connection,
                                      GDBusObjectManagerServer *manager);
void mcp_dbus_objects_note_removed (McpDbusObjects *self, const char *path);
void mcp_dbus_objects_close (McpDbusObjects *self);

G_END_DECLS
