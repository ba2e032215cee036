/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "gateway/client/mcp-attachment-table.h"
#include "gateway/client/mcp-services.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "gateway/servers/mcp-server-sources.h"

G_BEGIN_DECLS

/* The gateway with providers of somebody else's making: for tests. */
McpGateway *mcp_gateway_new_with_factory (McpSessionStore *store,
                                          const McpLimits *limits,
                                          McpProviderFactory factory,
                                          gpointer factory_data,
                                          GDestroyNotify factory_destroy);

McpSessionStore *mcp_gateway_get_store (McpGateway *self);
const McpLimits *mcp_gateway_get_limits (McpGateway *self);
McpServices *mcp_gateway_get_services (McpGateway *self);
McpAttachmentTable *mcp_gateway_get_attachments (McpGateway *self);
McpServerSources *mcp_gateway_get_sources (McpGateway *self);
void mcp_gateway_take_sources (McpGateway *self);
GPtrArray *mcp_gateway_get_configs (McpGateway *self);
McpServerConfig *mcp_gateway_find_config (McpGateway *self, const char *name);
GPtrArray *mcp_gateway_get_left_out (McpGateway *self);
McpOauth *mcp_gateway_get_oauth (McpGateway *self);
void mcp_gateway_open_page (McpGateway *self,
                            const char *address,
                            McpPageOpenedFunc done,
                            gpointer done_data);
McpProvider *mcp_gateway_new_provider (McpGateway *self,
                                       McpServerConfig *config,
                                       const char *cwd,
                                       guint timeout_ms);
guint mcp_gateway_count_trials (McpGateway *self, int more);
gboolean mcp_gateway_servers_check_usable (McpGateway *self, const char *name, GError **error);
gboolean mcp_gateway_is_closed (McpGateway *self);

G_END_DECLS
