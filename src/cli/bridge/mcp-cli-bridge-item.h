/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A message of the client, until it is answered:
 *
 *   queued --send--> sending --sent--> waiting --the exchange ends--> func ended
 *                                        ^ |
 *                           timer, a GET | | the stream broke, and the daemon has the rest
 *                                        | v
 *                                      pausing --the attachment has changed--> func lost
 *
 *   parked: a subscriptions/listen whose daemon has gone; it is queued again when the daemon is
 * back.
 *
 * McpCliOutbox owns an item that is queued, sending, waiting or pausing. McpCliRecovery owns one
 * that is parked. After “ended” and “lost” the bridge decides: remove it, queue it again, or park
 * it.
 */
#include "cli/bridge/mcp-cli-attachment.h"
#include "cli/bridge/mcp-cli-tool-headers.h"
#include "cli/daemon/mcp-cli-exchange.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

typedef struct _McpCliBridgeItem McpCliBridgeItem;

/**
 * McpCliBridgeItemFuncs:
 * @sent: the request has left; the next one may be sent
 * @message: the daemon sent a message for this item
 * @ended: the exchange has ended, and there is no rest to ask for
 * @lost: the rest of the answer cannot be had any more
 */
typedef struct
{
  void (*sent) (McpCliBridgeItem *item, gpointer user_data);
  void (*message) (McpCliBridgeItem *item, GBytes *text, gpointer user_data);
  void (*ended) (McpCliBridgeItem *item, McpCliOutcome outcome, gpointer user_data);
  void (*lost) (McpCliBridgeItem *item, gpointer user_data);
} McpCliBridgeItemFuncs;

struct _McpCliBridgeItem
{
  guint64 sequence;           /* the place in the order of the client */
  GBytes *text;               /* (owned) */
  McpJsonrpcMessage *message; /* (owned) (nullable): %NULL if the text is no message */
  gboolean is_stateless;
  gboolean is_answered;
  gboolean is_acknowledged; /* a subscriptions/listen: the client has seen the acknowledgement */
  guint n_tries;
  McpCliExchange *exchange; /* (owned) (nullable) */

  /* Of the item alone. */
  const McpCliBridgeItemFuncs *funcs;
  gpointer user_data;
  McpCliAttachment *attachment; /* (unowned) */
  char *attachment_id;          /* (nullable): the attachment at the time of sending */
  guint generation;             /* of the attachment, at that time */
  char *last_event_id;          /* (nullable): of the answer, which is a stream */
  gboolean is_resumed;          /* the rest of that stream was asked for */
  guint n_resumes;              /* in a row, without a message */
  guint resume_id;
};

McpCliBridgeItem *mcp_cli_bridge_item_new (GBytes *text);
void mcp_cli_bridge_item_free (McpCliBridgeItem *item);
void mcp_cli_bridge_item_send (McpCliBridgeItem *item,
                               McpCliAttachment *attachment,
                               McpCliToolHeaders *tool_headers,
                               const McpCliBridgeItemFuncs *funcs,
                               gpointer user_data);
void mcp_cli_bridge_item_reset (McpCliBridgeItem *item);
void mcp_cli_bridge_item_lose_stream (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_is_request (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_is_response (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_has_method (McpCliBridgeItem *item, const char *method);
gboolean mcp_cli_bridge_item_has_id (McpCliBridgeItem *item, McpJsonSlice id);
gboolean mcp_cli_bridge_item_is_listening (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_may_repeat (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_may_retry (McpCliBridgeItem *item);
gboolean mcp_cli_bridge_item_note_acknowledgement (McpCliBridgeItem *item, McpJsonSlice root);
char *mcp_cli_bridge_item_dup_client_name (McpCliBridgeItem *item);
GBytes *mcp_cli_bridge_item_build_failure (McpCliBridgeItem *item, const char *text);
int mcp_cli_bridge_item_compare (gconstpointer a, gconstpointer b, gpointer user_data);

G_END_DECLS
