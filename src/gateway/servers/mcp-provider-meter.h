/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "common/mcp-process-tree.h"
#include "gateway/servers/mcp-provider-pool.h"

G_BEGIN_DECLS

/**
 * McpProviderMeter:
 *
 * Measures what the processes of a pool's servers take, with all that they
 * started, in a thread: one at a time, however many ask. Main context only.
 */
#define MCP_TYPE_PROVIDER_METER (mcp_provider_meter_get_type ())
G_DECLARE_FINAL_TYPE (McpProviderMeter, mcp_provider_meter, MCP, PROVIDER_METER, GObject)

McpProviderMeter *mcp_provider_meter_new (McpProviderPool *pool);
void mcp_provider_meter_measure_async (McpProviderMeter *self,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
GHashTable *
mcp_provider_meter_measure_finish (McpProviderMeter *self, GAsyncResult *result, GError **error);

G_END_DECLS
