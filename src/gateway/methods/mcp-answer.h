/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/client/mcp-request-inner.h"
#include "gateway/client/mcp-task-owners.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

void mcp_answer_pass (McpRequest *request,
                      McpJsonrpcMessage *answer,
                      McpServerConfig *server,
                      const char *uri,
                      McpTaskOwners *task_owners);

G_END_DECLS
