/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

/* What a bug report needs: JSON without secrets, arguments or results. */
void mcp_gateway_dump_async (McpGateway *self, GAsyncReadyCallback callback, gpointer user_data);
GBytes *mcp_gateway_dump_finish (McpGateway *self, GAsyncResult *result, GError **error);

G_END_DECLS
