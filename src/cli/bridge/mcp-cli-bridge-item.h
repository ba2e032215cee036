/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/daemon/mcp-cli-exchange.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

typedef enum
{
  MCP_CLI_ITEM_MESSAGE,            /* from the client */
  MCP_CLI_ITEM_PROBE,              /* of ours: whether the attachment is still there */
  MCP_CLI_ITEM_REPLAY_INITIALIZE,  /* the client's, sent again by us */
  MCP_CLI_ITEM_REPLAY_INITIALIZED, /* what follows it */
  MCP_CLI_ITEM_REPLAY_REQUEST,     /* another one of the client's, sent again by us */
} McpCliItemKind;

/**
 * McpCliItem:
 *
 * A message on its way to the daemon, until it is answered.
 */
typedef struct
{
  gpointer bridge; /* (unowned) */
  McpCliItemKind kind;
  guint64 sequence;           /* in which order the client sent them */
  GBytes *text;               /* (owned) */
  McpJsonrpcMessage *message; /* (owned) (nullable): what it is, where it is anything */
  gboolean is_modern;
  gboolean is_answered;
  guint n_tries;
  char *attachment_id; /* (nullable): to which it was sent */
  char *last_event_id; /* (nullable): of the answer, which is a stream */
  gboolean is_resumed; /* the rest of that stream is asked for */
  guint n_resumes;     /* in a row, that brought nothing */
  guint resume_id;
  gboolean is_acknowledged; /* a subscriptions/listen: once */
  McpCliExchange *exchange; /* (owned) (nullable) */
} McpCliItem;

McpCliItem *mcp_cli_item_new (gpointer bridge, McpCliItemKind kind, GBytes *text);
void mcp_cli_item_free (McpCliItem *item);
gboolean mcp_cli_item_is_request (McpCliItem *item);
gboolean mcp_cli_item_is_response (McpCliItem *item);
gboolean mcp_cli_item_has_method (McpCliItem *item, const char *method);
gboolean mcp_cli_item_has_id (McpCliItem *item, McpJsonSlice id);
gboolean mcp_cli_item_is_listening (McpCliItem *item);
void mcp_cli_item_forget_stream (McpCliItem *item);
gboolean mcp_cli_item_may_repeat (McpCliItem *item);
GBytes *mcp_cli_item_build_failure (McpCliItem *item, const char *text);
int mcp_cli_item_compare (gconstpointer a, gconstpointer b, gpointer user_data);

G_END_DECLS
