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

/* Signals within a second after which the bus is asked whether anybody receives them. */
#define MCP_DBUS_PUMP_ASK_AFTER   128
/* Between two such questions while nobody does. */
#define MCP_DBUS_PUMP_ASK_MS      10
/* What all items together may hold back meanwhile. */
#define MCP_DBUS_PUMP_HELD_EVENTS 8192
#define MCP_DBUS_PUMP_HELD_BYTES  (8 * 1024 * 1024)

/**
 * McpDbusPump:
 *
 * Hands signals to a bus connection no faster than it writes them: items that
 * have something to say take turns, and after %MCP_DBUS_PUMP_WINDOW signals all
 * wait for an asynchronous flush. What waits stays with the items, whose queues
 * are bounded, never with GDBus, whose queue is not. Main context only, but for
 * mcp_dbus_pump_wake().
 *
 * Signals that nobody on the bus receives need not be sent. After many signals the pump asks the
 * bus (McpDbusAudience). If the answer is that there is nobody, items hold back what they have to
 * say, and the pump asks again and again: what was held back when a question was sent is dropped if
 * nobody was there then; otherwise all is said. So a watcher gets every event that happens after
 * its AddMatch has returned.
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

/**
 * McpDbusPumpFuncs:
 * @take_turn: lets an item say the next thing it has to say
 * @hold: (nullable): moves what an item has to say to what it holds back, as far as
 *   mcp_dbus_pump_may_hold() lets it; returns whether it holds anything back
 * @drop: (nullable): drops the first @n_events that an item holds back; returns how many are left
 * @count: (nullable): how many events an item holds back
 */
typedef struct
{
  McpDbusPumpFunc take_turn;
  gboolean (*hold) (gpointer item);
  guint (*drop) (gpointer item, guint n_events);
  guint (*count) (gpointer item);
} McpDbusPumpFuncs;

McpDbusPump *mcp_dbus_pump_new (GDBusConnection *connection, const McpDbusPumpFuncs *funcs);
gboolean mcp_dbus_pump_may_hold (McpDbusPump *self);
void mcp_dbus_pump_count_held (McpDbusPump *self, int n_events, gssize n_bytes);
void mcp_dbus_pump_close (McpDbusPump *self);
void mcp_dbus_pump_wake (McpDbusPump *self, gpointer item);
void mcp_dbus_pump_emit (McpDbusPump *self,
                         const char *path,
                         const char *interface_name,
                         const char *signal_name,
                         GVariant *parameters);
gboolean mcp_dbus_pump_has_room_for_end (McpDbusPump *self);

G_END_DECLS
