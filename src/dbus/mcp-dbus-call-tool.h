/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/mcp-dbus-watcher.h"
#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

void mcp_dbus_call_tool_start (McpGateway *gateway,
                               McpSession *session,
                               McpDbusWatcher *watcher,
                               GDBusMethodInvocation *invocation,
                               const char *name,
                               const char *arguments_json,
                               GVariant *options);

G_END_DECLS
