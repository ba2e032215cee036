/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/* Called for each notification before the answer. */
typedef void (*McpCliRpcNotify) (McpJsonrpcMessage *notification, gpointer user_data);

GBytes *mcp_cli_rpc_call (McpCliConnection *connection,
                          const McpCliSession *session,
                          const char *method,
                          const char *params,
                          McpCliRpcNotify notify,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GError **error);

G_END_DECLS
