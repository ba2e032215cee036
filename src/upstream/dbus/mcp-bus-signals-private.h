/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What an app exports: data/org.mcpsessiond.ToolProvider1.xml. */
#define MCP_BUS_APP_INTERFACE "org.mcpsessiond.ToolProvider1"

/**
 * McpBusSignals:
 *
 * The signals of objects of apps, for all servers that are at the same object of the same app.
 * GDBus makes a piece of work of each signal for each subscription, in the main context, so that an
 * app with many names would have each of its signals cost as many times as much. Main context only.
 */
typedef struct _McpBusSignals McpBusSignals;

/**
 * McpBusSignalFunc:
 * @signal: its name
 * @parameters: a tuple, of any type
 */
typedef void (*McpBusSignalFunc) (const char *signal, GVariant *parameters, gpointer listener);

McpBusSignals *mcp_bus_signals_new (GDBusConnection *connection);
void mcp_bus_signals_free (McpBusSignals *self);
void mcp_bus_signals_listen (McpBusSignals *self,
                             const char *owner,
                             const char *path,
                             McpBusSignalFunc func,
                             gpointer listener);
void
mcp_bus_signals_leave (McpBusSignals *self, const char *owner, const char *path, gpointer listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpBusSignals, mcp_bus_signals_free)

G_END_DECLS
