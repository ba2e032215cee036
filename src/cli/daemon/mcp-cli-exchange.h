/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-connection.h"

G_BEGIN_DECLS

/**
 * McpCliOutcome:
 * @MCP_CLI_OUTCOME_DONE: the answer is complete
 * @MCP_CLI_OUTCOME_REFUSED: the answer is an HTTP error; its status and body are kept
 * @MCP_CLI_OUTCOME_UNREACHABLE: no daemon listens, and nothing was sent
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
 * @message: the text of an event that is a message, or a body that is not a stream
 * @ended: nothing more will come; not called after mcp_cli_exchange_cancel()
 * @event: (nullable): an event of another type
 * @began: (nullable): the answer is a stream, and has begun
 */
typedef struct
{
  void (*sent) (McpCliExchange *exchange, gpointer user_data);
  void (*message) (McpCliExchange *exchange, GBytes *text, gpointer user_data);
  void (*ended) (McpCliExchange *exchange, McpCliOutcome outcome, gpointer user_data);
  void (*event) (McpCliExchange *exchange, const char *type, GBytes *data, gpointer user_data);
  void (*began) (McpCliExchange *exchange, gpointer user_data);
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
