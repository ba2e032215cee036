/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-counters.h"

G_BEGIN_DECLS

/**
 * McpDirectCarrier:
 *
 * Takes requests to the router, and answers back, on the connection itself.
 */
typedef struct _McpDirectCarrier McpDirectCarrier;

McpDirectCarrier *mcp_direct_carrier_new (McpHttpHandler handler, McpHttpCounters *counters);
void mcp_direct_carrier_free (McpDirectCarrier *self);
void mcp_direct_carrier_carry (McpDirectCarrier *self, McpHttpRequest *request);

G_END_DECLS
