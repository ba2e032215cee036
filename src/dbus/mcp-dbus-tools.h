/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "mcp-gen.h"

G_BEGIN_DECLS

/**
 * McpDbusTools:
 *
 * The configured tool servers as an object on the bus. Main context only.
 */
#define MCP_TYPE_DBUS_TOOLS (mcp_dbus_tools_get_type ())
G_DECLARE_FINAL_TYPE (McpDbusTools, mcp_dbus_tools, MCP, DBUS_TOOLS, McpGenTools1Skeleton)

McpDbusTools *mcp_dbus_tools_new (McpGateway *gateway);

G_END_DECLS
