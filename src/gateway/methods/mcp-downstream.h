/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-call.h"
#include "gateway/client/mcp-request-inner.h"

G_BEGIN_DECLS

/**
 * McpDownstream:
 *
 * The client's side of a request that a server works on: passes on what it
 * reports, asks the client what it asks, in the client's own way, and answers in
 * the end. Where a client has to come back with the input that a server wants
 * (2026-07-28), one of these outlives the request that began it. Main context only.
 */
#define MCP_TYPE_DOWNSTREAM (mcp_downstream_get_type ())
G_DECLARE_FINAL_TYPE (McpDownstream, mcp_downstream, MCP, DOWNSTREAM, GObject)

McpDownstream *mcp_downstream_new (McpRequest *request, GError **error);
gboolean mcp_downstream_resume (McpRequest *request);
GVariant *mcp_downstream_get_token (McpDownstream *self);
void mcp_downstream_set_uri (McpDownstream *self, const char *uri);
void mcp_downstream_set_server (McpDownstream *self, McpServerConfig *config);
void mcp_downstream_get_client (McpDownstream *self, McpRelayClient *client);
void mcp_downstream_follow_call (McpDownstream *self, McpCall *call);
void mcp_downstream_follow_relay (McpDownstream *self, McpRelay *relay);
GCancellable *mcp_downstream_get_cancellable (McpDownstream *self);
void mcp_downstream_answer (McpDownstream *self, McpJsonrpcMessage *answer);
void mcp_downstream_fail (McpDownstream *self, const GError *error, const char *server);

G_END_DECLS
