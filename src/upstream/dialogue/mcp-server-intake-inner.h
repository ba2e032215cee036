/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "upstream/dialogue/mcp-server-link-inner.h"

G_BEGIN_DECLS

void mcp_server_intake_take_message (McpServerLink *self, gint64 id, McpJsonrpcMessage *message);
void mcp_server_intake_take_malformed (McpServerLink *self, const char *id, const GError *error);
void mcp_server_intake_take_answer (McpServerLink *self, gint64 id, McpJsonrpcMessage *answer);

G_END_DECLS
