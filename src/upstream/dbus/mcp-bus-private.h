/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-bus-signals-private.h"
#include "upstream/dbus/mcp-bus.h"

G_BEGIN_DECLS

McpBusSignals *mcp_bus_get_signals (McpBus *self);

G_END_DECLS
