/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* So many messages, or bytes of them, are let into one turn of the main context: half a budget of
   20 ms where each makes a session (1 ms at worst), or has texts to be copied and looked at. */
#define MCP_DBUS_GATE_MAX_MESSAGES 8
#define MCP_DBUS_GATE_MAX_BYTES    (64 * 1024)

/**
 * McpDbusGate:
 *
 * Lets messages of a bus into the main context a few at a time. Without it, all that peers have
 * sent while the main context was busy would be worked off in a single turn.
 */
typedef struct _McpDbusGate McpDbusGate;

McpDbusGate *mcp_dbus_gate_new (void);
void mcp_dbus_gate_unref (McpDbusGate *self);
void mcp_dbus_gate_pass (McpDbusGate *self, gsize n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpDbusGate, mcp_dbus_gate_unref)

G_END_DECLS
