/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gateway/call/mcp-relay.h"
#include "gateway/consent/mcp-consent-desk.h"
#include "gateway/servers/mcp-provider-pool.h"
#include "session/history/mcp-call-history.h"
#include "session/session/mcp-session.h"

G_BEGIN_DECLS

/**
 * McpCall:
 *
 * One tool call in flight. It counts in its session, keeps the record in the history, tells the
 * session's watchers of its start, its progress and its end, once each, and ends early when it is
 * cancelled or its session closes. Main context only.
 */
#define MCP_TYPE_CALL (mcp_call_get_type ())
G_DECLARE_FINAL_TYPE (McpCall, mcp_call, MCP, CALL, GObject)

/**
 * McpCallEndedFunc:
 * @call: a call that has run and ended
 *
 * Called before the caller hears of the end.
 */
typedef void (*McpCallEndedFunc) (McpCall *call, gpointer user_data);

McpCall *mcp_call_new (McpClient *client, const char *call_id, const char *name, GVariant *token);
void mcp_call_set_history (McpCall *self, McpCallHistory *history);
void mcp_call_set_desk (McpCall *self, McpConsentDesk *desk);
void mcp_call_set_times (McpCall *self, guint timeout_ms, guint max_seconds);
void mcp_call_set_ended (McpCall *self, McpCallEndedFunc ended, gpointer user_data);
McpClient *mcp_call_get_client (McpCall *self);
const char *mcp_call_get_id (McpCall *self);
const char *mcp_call_get_name (McpCall *self);
const char *mcp_call_get_server (McpCall *self);
gint64 mcp_call_get_started_at (McpCall *self);
McpProgressState mcp_call_get_state (McpCall *self);

gboolean mcp_call_begin (McpCall *self, GCancellable *cancellable, GError **error);
void mcp_call_cancel (McpCall *self);
void mcp_call_tell (McpCall *self, const char *text);
void mcp_call_abandon (McpCall *self);
void mcp_call_run (McpCall *self,
                   McpProviderPool *pool,
                   McpTarget *target,
                   McpParams *params,
                   const McpRelayFuncs *funcs,
                   gpointer user_data);

G_END_DECLS
