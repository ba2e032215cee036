/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/bridge/mcp-cli-pipe.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

typedef struct _McpCliReplay McpCliReplay;

McpCliReplay *mcp_cli_replay_new (void);
void mcp_cli_replay_free (McpCliReplay *self);
void mcp_cli_replay_clear (McpCliReplay *self);
void mcp_cli_replay_learn (McpCliReplay *self, McpJsonrpcMessage *request, McpJsonSlice result);
void mcp_cli_replay_learn_capabilities (McpCliReplay *self, McpJsonSlice result);
GPtrArray *mcp_cli_replay_dup_requests (McpCliReplay *self);
void mcp_cli_replay_notify_client (McpCliReplay *self, McpCliPipe *pipe);
void mcp_cli_replay_notify_listener (McpJsonrpcMessage *request,
                                     McpJsonSlice acknowledged,
                                     McpCliPipe *pipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCliReplay, mcp_cli_replay_free)

G_END_DECLS
