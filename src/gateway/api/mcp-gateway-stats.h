/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"
#include "gateway/call/mcp-call-stats.h"
#include "gateway/consent/mcp-consent-stats.h"

G_BEGIN_DECLS

/* What the gateway is doing, for those who watch the daemon itself. Main context only. */
const McpCallStats *mcp_gateway_stats_get_calls (McpGateway *self);
const McpConsentStats *mcp_gateway_stats_get_consent (McpGateway *self);
guint mcp_gateway_stats_get_n_questions (McpGateway *self);
guint mcp_gateway_stats_get_n_running (McpGateway *self);
guint mcp_gateway_stats_get_n_parked (McpGateway *self);
guint mcp_gateway_stats_get_n_attachments (McpGateway *self, const char *session_id);

G_END_DECLS
