/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http/request/mcp-http-request.h"
#include "http/wire/mcp-http-counters.h"

G_BEGIN_DECLS

typedef struct _McpSoupCarrier McpSoupCarrier;

McpSoupCarrier *mcp_soup_carrier_new (McpHttpHandler handler, McpHttpCounters *counters);
void mcp_soup_carrier_free (McpSoupCarrier *self);
void mcp_soup_carrier_carry (McpSoupCarrier *self, McpHttpRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpSoupCarrier, mcp_soup_carrier_free)

G_END_DECLS
