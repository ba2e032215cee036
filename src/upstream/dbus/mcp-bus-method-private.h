/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * McpBusMethod:
 * @tool: the name of the tool that the method is
 * @interface: the method's interface
 * @info: (owned): what the service says of the method
 * @is_read_only: whether the owner says that the method changes nothing
 *
 * A method of a service as a tool.
 */
typedef struct
{
  char *tool;
  char *interface;
  GDBusMethodInfo *info;
  gboolean is_read_only;
} McpBusMethod;

McpBusMethod *
mcp_bus_method_new (const char *tool, const char *method, GDBusNodeInfo *node, GError **error);
void mcp_bus_method_free (McpBusMethod *self);
void mcp_bus_method_append_tool (const McpBusMethod *self, GString *out);
GVariant *
mcp_bus_method_read_arguments (const McpBusMethod *self, McpJsonSlice arguments, GError **error);
char *mcp_bus_method_build_result (GDBusMethodInfo *info, GVariant *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpBusMethod, mcp_bus_method_free)

G_END_DECLS
