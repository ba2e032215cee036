/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/catalogue/mcp-client.h"

G_BEGIN_DECLS

McpAsk *mcp_roots_ask_take (McpAsk *ask, McpClient *client);

G_END_DECLS
