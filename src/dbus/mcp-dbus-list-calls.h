/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

void mcp_dbus_list_calls_start (McpGateway *gateway,
                                McpSession *session,
                                GDBusMethodInvocation *invocation,
                                GVariant *filter);

G_END_DECLS
