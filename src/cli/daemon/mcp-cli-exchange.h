/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

/**
 * McpCliOutcome:
 * @MCP_CLI_OUTCOME_DONE: what was to come has come
 * @MCP_CLI_OUTCOME_REFUSED: an error of HTTP; its status and body are kept
 * @MCP_CLI_OUTCOME_UNREACHABLE: nobody listens: nothing was sent
 * @MCP_CLI_OUTCOME_BROKEN: the connection ended before the answer
 */
typedef enum
{
  MCP_CLI_OUTCOME_DONE,
  MCP_CLI_OUTCOME_REFUSED,
  MCP_CLI_OUTCOME_UNREACHABLE,
  MCP_CLI_OUTCOME_BROKEN,
} McpCliOutcome;

#define MCP_TYPE_CLI_EXCHANGE (mcp_cli_exchange_get_type ())
G_DECLARE_FINAL_TYPE (McpCliExchange, mcp_cli_exchange, MCP, CLI_EXCHANGE, GObject)

/**
 * McpCliExchangeFuncs:
 * @sent: the request has left
 * @message: a JSON-RPC message came in the answer
 * @ended: nothing more will come; not told after mcp_cli_exchange_cancel()
 */
typedef struct
{
  void (*sent) (McpCliExchange *exchange, gpointer user_data);
  void (*message) (McpCliExchange *exchange, GBytes *text, gpointer user_data);
  void (*ended) (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data);
} McpCliExchangeFuncs;

McpCliExchange *
mcp_cli_exchange_new (SoupMessage *message, const McpCliExchangeFuncs *funcs, gpointer user_data);
void mcp_cli_exchange_forbid_repeat (McpCliExchange *self);
void mcp_cli_exchange_start (McpCliExchange *self, SoupSession *soup);
void mcp_cli_exchange_cancel (McpCliExchange *self);
guint mcp_cli_exchange_get_status (McpCliExchange *self);
const char *mcp_cli_exchange_get_header (McpCliExchange *self, const char *name);
GBytes *mcp_cli_exchange_get_refusal (McpCliExchange *self);
const char *mcp_cli_exchange_get_last_id (McpCliExchange *self);
gint64 mcp_cli_exchange_get_retry_ms (McpCliExchange *self);

G_END_DECLS
