/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of one message: above the 1 MiB that a string of it may have, and above any call that there is.
 */
#define MCP_DBUS_GUARD_MAX_BYTES         (4 * 1024 * 1024)
#define MCP_DBUS_GUARD_MAX_VALUES        10000
/* Of the answer to a call of the daemon. */
#define MCP_DBUS_GUARD_MAX_ANSWER_VALUES 100000

guint mcp_dbus_guard_add (GDBusConnection *connection);

G_END_DECLS
