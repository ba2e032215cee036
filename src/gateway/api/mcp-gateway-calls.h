/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

gboolean mcp_gateway_calls_cancel (McpGateway *self, const char *call_id, GError **error);
guint mcp_gateway_calls_count (McpGateway *self);
void mcp_gateway_calls_stop (McpGateway *self);
void mcp_gateway_calls_release (McpGateway *self);
gboolean mcp_gateway_calls_are_stopped (McpGateway *self);

G_END_DECLS
