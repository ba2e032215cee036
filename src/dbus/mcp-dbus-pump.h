/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Signals that are handed to GDBus before it is asked to flush, all sessions together. */
#define MCP_DBUS_PUMP_WINDOW   64
/* What one turn of one item may hand over. */
#define MCP_DBUS_PUMP_MAX_TURN 4
/* Bytes after which it is asked to flush before the window is full. */
#define MCP_DBUS_PUMP_BYTES    (1024 * 1024)

/**
 * McpDbusPump:
 *
 * Hands signals to a bus connection no faster than it writes them: items that
 * have something to say take turns, and after %MCP_DBUS_PUMP_WINDOW signals all
 * wait for an asynchronous flush. What waits stays with the items, whose queues
 * are bounded, never with GDBus, whose queue is not. Main context only, but for
 * mcp_dbus_pump_wake().
 */
#define MCP_TYPE_DBUS_PUMP (mcp_dbus_pump_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusPump, mcp_dbus_pump, MCP, DBUS_PUMP, GObject)

/**
 * McpDbusPumpFunc:
 * @item: an item whose turn it is
 *
 * Emits at most %MCP_DBUS_PUMP_MAX_TURN signals by mcp_dbus_pump_emit().
 *
 * Returns: whether @item may have more to say; otherwise it must be woken again
 */
typedef gboolean (*McpDbusPumpFunc) (gpointer item);

McpDbusPump *mcp_dbus_pump_new (GDBusConnection *connection, McpDbusPumpFunc take_turn);
void mcp_dbus_pump_close (McpDbusPump *self);
void mcp_dbus_pump_wake (McpDbusPump *self, gpointer item);
void mcp_dbus_pump_emit (McpDbusPump *self,
                         const char *path,
                         const char *interface_name,
                         const char *signal_name,
                         GVariant *parameters);
gboolean mcp_dbus_pump_has_room_for_end (McpDbusPump *self);

G_END_DECLS
