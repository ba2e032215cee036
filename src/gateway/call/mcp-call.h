/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-relay.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "session/history/mcp-call-history.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpCall:
 *
 * One tool call in flight. It counts in its session, tells the session's
 * watchers of its start, its progress and its end, once each, and ends early
 * when it is cancelled or its session closes. Main context only.
 *
 * Signals:
 *   progress (McpJsonSlice *params): the params of a notifications/progress as
 *     the server sent them, its own token included; never after the call's end
 *   log (McpJsonSlice *params): the params of a notifications/message; likewise
 *   ask (McpAsk *): the server asks the caller; a handler sees to the answer
 */
#define MCP_TYPE_CALL (mcp_call_get_type ())
G_DECLARE_FINAL_TYPE (McpCall, mcp_call, MCP, CALL, GObject)

/**
 * McpCallFields:
 * @name: the tool's exposed name
 * @params: a JSON object: the params of the tools/call as its caller wrote them
 * @token: (nullable): progress token of the caller: x, t or s
 * @client: (nullable): who calls
 * @timeout_ms: without an answer or progress; 0: the server's or the daemon's
 * @capabilities: (nullable): JSON object: what the caller says it can do
 * @log_level: (nullable): what it wants to hear
 * @revision: what it speaks; %MCP_REVISION_UNKNOWN: it cannot be asked anything
 *
 * What a call is made from; borrowed.
 */
typedef struct
{
  const char *name;
  McpJsonSlice params;
  GVariant *token;
  const char *client;
  guint timeout_ms;
  const char *capabilities;
  const char *log_level;
  McpRevision revision;
} McpCallFields;

/**
 * McpCallTarget:
 * @config: the server
 * @tool: its own name of the tool
 * @timeout_ms: without an answer or progress; 0: the provider's default
 * @max_seconds: whatever progress it reports; 0: for ever
 * @param_headers: (nullable): name, value, …: arguments that servers want as headers as well
 * @as_task: the tool only runs as a task
 *
 * What is called; borrowed.
 */
typedef struct
{
  McpServerConfig *config;
  const char *tool;
  guint timeout_ms;
  guint max_seconds;
  const char *const *param_headers;
  gboolean as_task;
} McpCallTarget;

McpCall *mcp_call_new (McpSession *session, const char *call_id, const McpCallFields *fields);
void mcp_call_set_history (McpCall *self, McpCallHistory *history);
McpSession *mcp_call_get_session (McpCall *self);
const char *mcp_call_get_id (McpCall *self);
const char *mcp_call_get_name (McpCall *self);
McpJsonSlice mcp_call_get_params (McpCall *self);
const char *mcp_call_get_client (McpCall *self);
const char *mcp_call_get_server (McpCall *self);
guint mcp_call_get_timeout (McpCall *self);
GCancellable *mcp_call_get_cancellable (McpCall *self);
McpProgressState mcp_call_get_state (McpCall *self);

gboolean mcp_call_begin (McpCall *self, GError **error);
void mcp_call_cancel (McpCall *self);
void mcp_call_abandon (McpCall *self);
void mcp_call_run_async (McpCall *self,
                         McpProviderPool *pool,
                         const McpCallTarget *target,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
McpJsonrpcMessage *mcp_call_run_finish (McpCall *self, GAsyncResult *result, GError **error);

G_END_DECLS
