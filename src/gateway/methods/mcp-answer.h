/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-server-answer.h"
#include "gateway/client/mcp-request-inner.h"
#include "gateway/client/mcp-services.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

void mcp_answer_pass (McpRequest *request,
                      const McpServerAnswer *answer,
                      McpServerConfig *server,
                      const char *uri,
                      McpServices *services);

G_END_DECLS
