/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-bridge-item.h"
#include "cli/bridge/mcp-cli-pipe.h"

G_BEGIN_DECLS

typedef struct _McpCliDelivery McpCliDelivery;

McpCliDelivery *mcp_cli_delivery_new (McpCliPipe *pipe);
void mcp_cli_delivery_free (McpCliDelivery *self);
void mcp_cli_delivery_pass (McpCliDelivery *self, GBytes *text);
void mcp_cli_delivery_fail (McpCliDelivery *self, McpCliBridgeItem *item, const char *text);
void mcp_cli_delivery_refuse (McpCliDelivery *self, McpCliBridgeItem *item);
void mcp_cli_delivery_withdraw_asks (McpCliDelivery *self);
GBytes *mcp_cli_delivery_translate_answer (McpCliDelivery *self, GBytes *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliDelivery, mcp_cli_delivery_free)

G_END_DECLS
