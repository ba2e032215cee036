/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mcp-tool-call.h"

G_BEGIN_DECLS

/**
 * McpToolHandler:
 * @call: the call; to be answered now, or later by whoever keeps a reference
 * @user_data: as given to [method@McpSession.ToolProvider.add_tool]
 *
 * Runs a tool. Called in the main context in which the provider was registered.
 */
typedef void (*McpToolHandler) (McpToolCall *call, gpointer user_data);

/**
 * McpToolProvider:
 *
 * Tools that this app offers to all AI clients of the user, by way of mcp-sessiond.
 *
 * Tools are added first; then [method@McpSession.ToolProvider.register_async] makes them known to
 * the daemon, for as long as the app runs. An app that ships a `.provider` file, and owns a name on
 * the bus, calls [method@McpSession.ToolProvider.export] instead.
 */
#define MCP_TYPE_TOOL_PROVIDER (mcp_tool_provider_get_type ())
G_DECLARE_FINAL_TYPE (McpToolProvider, mcp_tool_provider, MCP, TOOL_PROVIDER, GObject)

McpToolProvider *mcp_tool_provider_new (const char *name);
const char *mcp_tool_provider_get_name (McpToolProvider *self);

gboolean mcp_tool_provider_add_tool (McpToolProvider *self,
                                     const char *name,
                                     const char *description,
                                     const char *schema,
                                     McpToolHandler handler,
                                     gpointer user_data,
                                     GDestroyNotify destroy,
                                     GError **error);
gboolean mcp_tool_provider_add_definition (McpToolProvider *self,
                                           const char *definition_json,
                                           McpToolHandler handler,
                                           gpointer user_data,
                                           GDestroyNotify destroy,
                                           GError **error);
gboolean mcp_tool_provider_remove_tool (McpToolProvider *self, const char *name);

gboolean mcp_tool_provider_export (McpToolProvider *self,
                                   GDBusConnection *connection,
                                   const char *object_path,
                                   GError **error);
void mcp_tool_provider_unexport (McpToolProvider *self);
void mcp_tool_provider_register_async (McpToolProvider *self,
                                       GDBusConnection *connection,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
mcp_tool_provider_register_finish (McpToolProvider *self, GAsyncResult *result, GError **error);
gboolean mcp_tool_provider_is_registered (McpToolProvider *self);

G_END_DECLS
