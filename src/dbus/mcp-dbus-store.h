/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-gen.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

/**
 * McpDbusStore:
 *
 * The session store as an object on the bus: its methods and properties. Main context only.
 */
#define MCP_TYPE_DBUS_STORE (mcp_dbus_store_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusStore, mcp_dbus_store, MCP, DBUS_STORE, McpGenSessionStore1Skeleton)

McpDbusStore *mcp_dbus_store_new (McpSessionStore *store);
void mcp_dbus_store_update_count (McpDbusStore *self);

G_END_DECLS
