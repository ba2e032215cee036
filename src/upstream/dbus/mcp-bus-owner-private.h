/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpBusOwner:
 *
 * Finds the connection that owns a name on the bus, starts an app that can be started, and sees the
 * owner leave. Nothing is called after mcp_bus_owner_free(). Main context only.
 */
typedef struct _McpBusOwner McpBusOwner;

/**
 * McpBusOwnerFuncs:
 * @found: the connection @owner has the name; called once, unless @failed is
 * @failed: nobody has the name, and the bus cannot start anybody
 * @lost: the connection that was found has the name no longer; called last
 */
typedef struct
{
  void (*found) (const char *owner, gpointer user_data);
  void (*failed) (const GError *error, gpointer user_data);
  void (*lost) (gpointer user_data);
} McpBusOwnerFuncs;

McpBusOwner *mcp_bus_owner_new (GDBusConnection *connection,
                                const char *name,
                                const McpBusOwnerFuncs *funcs,
                                gpointer user_data);
void mcp_bus_owner_free (McpBusOwner *self);
const char *mcp_bus_owner_get_unique_name (McpBusOwner *self);

G_END_DECLS
