/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/* What an attachment of a command speaks. */
#define MCP_CLI_RPC_REVISION "2025-11-25"

/* Called for each notification before the answer. */
typedef void (*McpCliRpcNotify) (McpJsonrpcMessage *notification, gpointer user_data);

/* Called for each request of the daemon before the answer. Returns: (transfer full) (nullable): the
 * result, JSON; %NULL refuses the request */
typedef char *(*McpCliRpcAsk) (McpJsonrpcMessage *request, gpointer user_data);

/**
 * McpCliRpcRequest:
 * @path: “/mcp”, or “/mcp/SERVER” for one server alone
 * @session: the session
 * @attachment_id: (nullable): of an attachment of its own; %NULL: the default attachment
 * @method: of MCP
 * @params: a JSON object
 * @notify: (nullable): takes notifications
 * @ask: (nullable): answers questions
 * @user_data: for the functions
 */
typedef struct
{
  const char *path;
  const McpCliSession *session;
  const char *attachment_id;
  const char *method;
  const char *params;
  McpCliRpcNotify notify;
  McpCliRpcAsk ask;
  gpointer user_data;
} McpCliRpcRequest;

void mcp_cli_rpc_set_headers (SoupMessage *message, const char *attachment_id);
GBytes *mcp_cli_rpc_send (McpCliConnection *connection,
                          const McpCliRpcRequest *request,
                          char **new_attachment_id,
                          GCancellable *cancellable,
                          GError **error);
GBytes *mcp_cli_rpc_call (McpCliConnection *connection,
                          const McpCliSession *session,
                          const char *method,
                          const char *params,
                          McpCliRpcNotify notify,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GError **error);

G_END_DECLS
