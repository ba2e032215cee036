/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpDbusRemains:
 *
 * What was on a bus connection that is closed: it is taken apart in pieces, since ten thousand
 * sessions are half a second of work. Main context only.
 */
typedef struct _McpDbusRemains McpDbusRemains;

McpDbusRemains *mcp_dbus_remains_new (GDBusObjectManagerServer *manager, GHashTable *watchers);
void mcp_dbus_remains_free (McpDbusRemains *self);

G_END_DECLS
