/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-gen.h"
#include "session/store/mcp-session-store.h"

G_BEGIN_DECLS

void mcp_dbus_create_session_start (McpSessionStore *store,
                                    GDBusMethodInvocation *invocation,
                                    const char *cwd,
                                    GVariant *options);

G_END_DECLS
