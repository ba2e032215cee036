/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

gboolean mcp_gateway_servers_restart (McpGateway *self, const char *name, GError **error);
gboolean mcp_gateway_servers_refresh (McpGateway *self, const char *name, GError **error);

G_END_DECLS
