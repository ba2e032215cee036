/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/client/mcp-request-inner.h"
#include "protocol/mcp-jsonrpc.h"

G_BEGIN_DECLS

/**
 * McpAskTable:
 *
 * The questions that a client is asked at the moment, as requests of the daemon (client/roots,
 * client/sampling, client/elicitation): each on the stream of the client's own request that the
 * server works on. Main context only.
 */
typedef struct _McpAskTable McpAskTable;

McpAskTable *mcp_ask_table_new (void);
void mcp_ask_table_free (McpAskTable *self);
void mcp_ask_table_put (McpAskTable *self, McpAsk *ask, McpRequest *request);
void mcp_ask_table_take_response (McpAskTable *self, McpJsonrpcMessage *message, McpRevision from);
void mcp_ask_table_refuse_all (McpAskTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpAskTable, mcp_ask_table_free)

G_END_DECLS
