/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

gboolean mcp_gateway_servers_restart (McpGateway *self, const char *name, GError **error);
gboolean mcp_gateway_servers_refresh (McpGateway *self, const char *name, GError **error);

void mcp_gateway_trial_run_async (McpGateway *self,
                                  const char *name,
                                  guint timeout_ms,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char *mcp_gateway_trial_run_finish (McpGateway *self, GAsyncResult *result, GError **error);

char *
mcp_gateway_servers_build_log (McpGateway *self, const char *name, guint max_lines, GError **error);

G_END_DECLS
