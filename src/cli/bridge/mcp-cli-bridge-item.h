/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-exchange.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_BRIDGE_ITEM_MESSAGE,            /* from the client */
  MCP_CLI_BRIDGE_ITEM_PROBE,              /* of ours: whether the attachment is still there */
  MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZE,  /* the client's, sent again by us */
  MCP_CLI_BRIDGE_ITEM_REPLAY_INITIALIZED, /* what follows it */
  MCP_CLI_BRIDGE_ITEM_REPLAY_REQUEST,     /* another one of the client's, sent again by us */
} McpCliBridgeItemKind;

/**
 * McpCliBridgeItem:
 *
 * A message on its way to the daemon, until it is answered.
 */
typedef struct
{
  gpointer bridge; /* (unowned) */
  McpCliBridgeItemKind kind;
  guint64 sequence;           /* in which order the client sent them */
  GBytes *text;               /* (owned) */
  McpJsonrpcMessage *message; /* (owned) (nullable): what it is, where it is anything */
  gboolean is_stateless;
  gboolean is_answered;
  guint n_tries;
  char *attachment_id; /* (nullable): to which it was sent */
  char *last_event_id; /* (nullable): of the answer, which is a stream */
  gboolean is_resumed; /* the rest of that stream is asked for */
  guint n_resumes;     /* in a row, that brought nothing */
  guint resume_id;
  gboolean is_acknowledged; /* a subscriptions/listen: once */
  McpCliExchange *exchange; /* (owned) (nullable) */
} McpCliBridgeItem;

McpCliBridgeItem *
mcp_cli_bridge_item_new (gpointer bridge, McpCliBridgeItemKind kind, GBytes *text);
void mcp_cli_bridge_item_free (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_is_request (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_is_response (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_has_method (McpCliBridgeItem *item, const char *method);
gboolean mcp_cli_bridge_item_has_id (McpCliBridgeItem *item, McpJsonSlice id);
gboolean mcp_cli_bridge_item_is_listening (McpCliBridgeItem *item);
void mcp_cli_bridge_item_forget_stream (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_may_repeat (McpCliBridgeItem *item);
GBytes *mcp_cli_bridge_item_build_failure (McpCliBridgeItem *item, const char *text);
int mcp_cli_bridge_item_compare (gconstpointer a, gconstpointer b, gpointer user_data);

G_END_DECLS
