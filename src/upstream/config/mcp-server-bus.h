/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/config/mcp-server-peer.h"

G_BEGIN_DECLS

/* Of providers that register, and of those in .provider files. */
#define MCP_SERVER_BUS_MAX_NAME 32

/**
 * McpServerBus:
 * @name: a bus name; the unique name of the connection where an app has registered itself
 * @object_path: of the object that has the tools
 * @methods: (nullable): `INTERFACE.METHOD`, …: the methods that are tools; %NULL: the object
 * exports `org.mcpsessiond.ToolProvider1`
 * @read_only: globs over @methods: those that change nothing
 * @peer: (nullable): who has registered
 *
 * Where a server on the session bus is found. Immutable once its configuration is in use.
 */
typedef struct
{
  char *name;
  char *object_path;
  char **methods;
  char **read_only;
  McpServerPeer *peer;
} McpServerBus;

McpServerBus *mcp_server_bus_new (const char *name, const char *object_path);
void mcp_server_bus_free (McpServerBus *self);
char *mcp_server_bus_build_tool_name (const McpServerBus *self, gsize index);
gboolean mcp_server_bus_is_read_only (const McpServerBus *self, const char *tool);
char *mcp_server_bus_describe (const McpServerBus *self);

gboolean mcp_server_bus_is_provider_name (const char *name);
gboolean mcp_server_bus_is_method (const char *text);

G_END_DECLS
