/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-ask.h"
#include "gateway/call/mcp-progress-report.h"
#include "gateway/catalogue/mcp-client.h"
#include "gateway/client/mcp-attachment.h"
#include "gateway/client/mcp-request-inner.h"
#include "upstream/config/mcp-server-config.h"

G_BEGIN_DECLS

/**
 * McpCaller:
 *
 * A client that waits for the answer to a request, and what it wants to hear until then: progress
 * under its own token, log messages from its own level on, questions in its own revision. Main
 * context only.
 */
typedef struct _McpCaller McpCaller;

McpCaller *mcp_caller_new (McpAttachment *attachment, McpRequest *request, GError **error);
void mcp_caller_free (McpCaller *self);
McpRequest *mcp_caller_free_to_request (McpCaller *self);
McpRequest *mcp_caller_get_request (McpCaller *self);
McpClient *mcp_caller_get_client (McpCaller *self);
GVariant *mcp_caller_get_token (McpCaller *self);
void mcp_caller_send_progress (McpCaller *self, const McpProgressReport *report);
void mcp_caller_tell (McpCaller *self, const char *text);
void mcp_caller_send_log (McpCaller *self, McpJsonSlice params, McpServerConfig *server);
void mcp_caller_put_ask (McpCaller *self, McpAsk *ask);
void mcp_caller_follow_login (McpCaller *self, McpOauthServer *login, McpJsonSlice params);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (McpCaller, mcp_caller_free)

G_END_DECLS
