/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

void mcp_dbus_settle_and_return (McpSessionStore *store,
                                 GDBusMethodInvocation *invocation,
                                 GVariant *value);

G_END_DECLS
