/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/api/mcp-gateway.h"

G_BEGIN_DECLS

void mcp_gateway_consent_set (McpGateway *self, guint wait_seconds, gboolean ask_destructive);
GVariant *mcp_gateway_consent_list (McpGateway *self);
GString *mcp_gateway_consent_build_json (McpGateway *self);
gboolean mcp_gateway_consent_is_answer (const char *word);
gboolean mcp_gateway_consent_answer (McpGateway *self,
                                     const char *id,
                                     const char *word,
                                     const char *answered_by,
                                     pid_t pid,
                                     GError **error);
gboolean mcp_gateway_consent_check_owner (pid_t pid, GError **error);
gboolean mcp_gateway_consent_answer_as_owner (McpGateway *self,
                                              const char *id,
                                              const char *word,
                                              const char *answered_by,
                                              GError **error);

G_END_DECLS
